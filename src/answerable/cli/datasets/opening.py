"""What the commands share: the workspace opened for as long as one runs, their arguments, their JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from answerable.wiring import Services, load_settings, open_services

DatasetArgument = Annotated[str, typer.Argument(metavar="DATASET", help="Name of the dataset.")]
RefArgument = Annotated[
    str, typer.Argument(metavar="DATASET[@VERSION]", help="A dataset, or a version of it.")
]
T = TypeVar("T")


def with_services(workspace: Path | None, use: Callable[[Services], Awaitable[T]]) -> T:
    """Open the workspace for as long as it takes."""

    async def run() -> T:
        async with open_services(load_settings(workspace)) as services:
            return await use(services)

    return asyncio.run(run())


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def shorten(text: str, width: int) -> str:
    """Return a text on one line of so many characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= width else f"{flat[: width - 1]}…"
