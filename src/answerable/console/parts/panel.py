"""The panel beside the page: a sheet from below on a phone. One a page; what it shows changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from answerable.console.elements import Button, Tag


class Panel:
    """Closed by its button, by Esc (console.js), or from the page."""

    def __init__(self, *, label: str = "Passage") -> None:
        self._panel = Tag("aside", "", "panel", id="panel", aria_label=label, tabindex="-1")
        ui.on("close-panel", lambda _: self.close())

    @contextmanager
    def fill(self, title: str, *, number: int | None = None) -> Iterator[None]:
        """Put what the block builds below a fresh title, then open the panel."""
        self._panel.clear()
        with self._panel:
            with Tag("header", "", "panel-head"), Tag("div", "", "panel-title"):
                if number is not None:
                    Tag("span", str(number), "source-number", aria_hidden="true")
                Tag("h2", title, dir="auto")
                Button("", "button is-quiet is-icon", icon="close", label="Close", data_action="close-panel")
            yield
        self._panel.classes("is-open")
        ui.run_javascript("Answerable.showPanel()")

    def close(self) -> None:
        self._panel.classes(remove="is-open")
