"""A caller that hangs up: what runs for nobody is cancelled, and with it the call to the model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from starlette.types import Receive

CLIENT_CLOSED: Final = 499
"""The status of an answer that nobody reads; proxies log the same."""
_WATCH_AFTER: Final = 0.05
"""Seconds after which a caller is watched: until then many answers are out, and a task for each would be in vain."""


class ClientGoneError(Exception):
    """The caller has closed the connection; there is nobody to answer."""


@asynccontextmanager
async def while_connected(receive: Receive) -> AsyncIterator[None]:
    """Run the block until its caller hangs up, then cancel it and raise ClientGoneError.

    `receive` is that of a request whose body is read: it then brings nothing but the disconnect.
    """
    try:
        async with asyncio.timeout(None) as limit:
            watch = _Watch(receive, limit)
            try:
                yield
            finally:
                watch.stop()
    except TimeoutError as error:
        if limit.expired():
            raise ClientGoneError from error
        raise


class _Watch:
    """Ends the time limit when the caller has gone."""

    def __init__(self, receive: Receive, limit: asyncio.Timeout) -> None:
        self._receive = receive
        self._limit = limit
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[None] | None = None
        self._timer = self._loop.call_later(_WATCH_AFTER, self._start)

    def stop(self) -> None:
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def _start(self) -> None:
        self._task = self._loop.create_task(self._end_when_gone())

    async def _end_when_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._limit.reschedule(self._loop.time())
