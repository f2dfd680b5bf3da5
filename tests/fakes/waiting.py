"""Waiting for something to come about."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from answerable.core.errors import Unavailable

_PATIENCE = 60.0


async def wait_until(condition: Callable[[], Awaitable[bool]], *, seconds: float = _PATIENCE) -> None:
    """Return when the condition holds; a database that is away for a moment has it looked at again."""
    async with asyncio.timeout(seconds):
        while True:
            try:
                if await condition():
                    return
            except Unavailable:
                pass
            await asyncio.sleep(0.01)
