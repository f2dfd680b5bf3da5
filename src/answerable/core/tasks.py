"""Ending tasks that outlive errors."""

from __future__ import annotations

import asyncio
from typing import Any, Final

_PATIENCE: Final = 0.5
"""Seconds after which a task that goes on is cancelled again."""


def pass_cancellation_on() -> None:
    """Raise CancelledError in a task that is being cancelled.

    For what outlives a lost database: a cancellation that arrives while a connection is made, waited for or given back
    can come out of the driver as the loss of that connection.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def stop(task: asyncio.Future[Any], *, patience: float = _PATIENCE) -> None:
    """Cancel a task until it has ended; its result and its error are of no interest any more.

    Once is not enough for a loop that outlives errors: a cancellation that arrives while a connection is made or given
    back can come out of the database driver as an error of the connection. `patience` is how many seconds it gets to
    end each time.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=patience)
    if not task.cancelled():
        task.exception()  # seen, so that nothing logs it
