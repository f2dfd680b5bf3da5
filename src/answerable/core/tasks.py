"""Ending background tasks."""

from __future__ import annotations

import asyncio
from typing import Any, Final

_PATIENCE: Final = 0.5
"""Seconds after which a task that goes on is cancelled again."""


async def stop(task: asyncio.Task[Any]) -> None:
    """Cancel a task until it has ended; its result and its error are of no interest any more.

    Once is not enough for a loop that outlives errors: a cancellation that arrives while a connection is made or given
    back can come out of the database driver as an error of the connection.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_PATIENCE)
    if not task.cancelled():
        task.exception()  # seen, so that nothing logs it
