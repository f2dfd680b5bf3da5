"""A workspace that is open for as long as a command needs it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from answerable.wiring import Services, load_settings, open_services

T = TypeVar("T")


def with_services(workspace: Path | None, use: Callable[[Services], Awaitable[T]]) -> T:
    """Open the workspace, use it, close it. Raises SetupError and what the use raises."""

    async def run() -> T:
        async with open_services(load_settings(workspace)) as services:
            return await use(services)

    return asyncio.run(run())
