"""Hands out what a filter finds as a file."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from nicegui import ui

from answerable.console.elements import Button, Tag
from answerable.console.visitor import Visitor
from answerable.traces.exporting.registry import create_encoder

EXPORT_PATH: Final = "/console/export-traces"
_FORMATS: Final = {"jsonl": "JSON Lines", "parquet": "Parquet"}


class ExportMenu:
    """An entry for each format; the browser downloads while the server reads."""

    def __init__(self, visitor: Visitor, values: Mapping[str, str]) -> None:
        self._visitor = visitor
        self._values = dict(values)
        with Tag("details", "", "menu"):
            Tag("summary", "Export", "button")
            with Tag("div", "", "menu-items"):
                for name, title in _FORMATS.items():
                    Button(title, "menu-item").on("click", lambda _, name=name: self._export(name))
                Tag("p", "Everything that the filter finds.", "menu-hint")

    def show(self, values: Mapping[str, str]) -> None:
        """Export another filter from now on."""
        self._values = dict(values)

    async def _export(self, format: str) -> None:
        """Begin the download, unless the format is missing here, which the page tells better than a failed download."""
        await self._visitor.check_reader()
        await asyncio.to_thread(create_encoder, format)
        address = f"{EXPORT_PATH}?{urlencode({'format': format, **self._values})}"
        ui.run_javascript(f"location.assign({json.dumps(address)})")
