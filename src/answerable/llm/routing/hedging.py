"""A second try beside one that is slow to begin; whichever begins first is listened to, the other is hung up.

J. Dean and L. Barroso, "The Tail at Scale", CACM 56(2), 2013: a hedge sent after the 95th percentile of the usual
wait cuts the tail for some 5 % more calls.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, aclosing

from answerable.core.tasks import stop
from answerable.llm.routing.call import Failure, TryFailed
from answerable.llm.types import ChatResult, TextDelta

Event = TextDelta | ChatResult
Events = AsyncGenerator[Event, None]
_AHEAD = 64
"""Events that a pump may be ahead of its reader."""


class Pump:
    """Drives a stream in a task of its own, from its first event to its close: SDKs do not like to change tasks."""

    def __init__(self, events: Events) -> None:
        self.begun = asyncio.Event()
        self.failed: TryFailed | None = None
        self._queue: asyncio.Queue[Event | Exception | None] = asyncio.Queue(_AHEAD)
        self._task = asyncio.create_task(self._run(events))

    async def read(self) -> Events:
        """Yield the events. Raises what the stream raised."""
        while (item := await self._queue.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item

    async def close(self) -> None:
        """Hang up, and return when the connection is released."""
        await stop(self._task)

    async def _run(self, events: Events) -> None:
        try:
            async with aclosing(events):
                async for event in events:
                    self.begun.set()
                    await self._queue.put(event)
            await self._queue.put(None)
        except TryFailed as failure:
            self.failed = None if self.begun.is_set() else failure
            await self._queue.put(failure)
        except Exception as error:
            await self._queue.put(error)
        finally:
            self.begun.set()


async def stream_hedged(first: Events, open_second: Callable[[], Events | None], *, after: float) -> Events:
    """Yield the events of the stream that begins first; the second is opened after so many seconds of silence.

    Raises TryFailed, with the failures of both where both failed.
    """
    async with AsyncExitStack() as stack:
        pumps = [_start(first, stack)]
        await _wait_for_any(pumps, after)
        if not pumps[0].begun.is_set() and (second := open_second()) is not None:
            pumps.append(_start(second, stack))
        winner = await _find_winner(pumps)
        for pump in pumps:
            if pump is not winner:
                await pump.close()
        async with aclosing(winner.read()) as events:
            async for event in events:
                yield event


def _start(events: Events, stack: AsyncExitStack) -> Pump:
    pump = Pump(events)
    stack.push_async_callback(pump.close)
    return pump


async def _find_winner(pumps: list[Pump]) -> Pump:
    """Return the first that begins. Raises TryFailed when none does."""
    failures: list[Failure] = []
    racing = list(pumps)
    while racing:
        await _wait_for_any(racing, None)
        for pump in [pump for pump in racing if pump.begun.is_set()]:
            if pump.failed is None:
                return pump
            racing.remove(pump)
            failures.extend(pump.failed.failures)
    raise TryFailed(*failures)


async def _wait_for_any(pumps: list[Pump], seconds: float | None) -> None:
    waits = [asyncio.ensure_future(pump.begun.wait()) for pump in pumps]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
