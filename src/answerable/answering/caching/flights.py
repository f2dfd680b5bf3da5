"""One run for all who ask the same at the same time.

The run has a task of its own and keeps what it yields; everybody who asked, the first one as well, follows it from the
start. So it goes on when the first one leaves, and ends when the last one does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Final

from answerable.answering.types import AnswerEvent, DeltaEvent, DoneEvent
from answerable.core.errors import UpstreamFailed
from answerable.core.tasks import stop

Produce = Callable[[], AsyncGenerator[AnswerEvent, None]]

_MAX_CHARACTERS: Final = 4_000_000
"""Ten times what a model may write; a run that goes on beyond has no end."""


class Flight:
    """A run in progress. `payer` is the follower that the answer is charged to: the first one still there."""

    def __init__(self, produce: Produce, on_end: Callable[[Flight], None]) -> None:
        self.payer: object | None = None
        self.ended = False
        self._on_end = on_end
        self._events: list[AnswerEvent] = []
        self._error: BaseException | None = None
        self._followers: dict[object, None] = {}
        self._news = asyncio.Event()
        self._characters = 0
        self.task = asyncio.create_task(self._run(produce), name="answer")

    async def follow(self, follower: object) -> AsyncGenerator[AnswerEvent, None]:
        """Yield every event from the first on. Raises what the run raised, once all that came before is yielded.

        Closing it ends the run, if nobody else follows it, before it returns.
        """
        self._followers[follower] = None
        place = 0
        try:
            while True:
                if place < len(self._events):
                    yield self._events[place]
                    place += 1
                elif self.ended:
                    break
                else:
                    self._news.clear()
                    await self._news.wait()
            if self._error is not None:
                raise self._error
        finally:
            await self._leave(follower)

    async def _leave(self, follower: object) -> None:
        del self._followers[follower]
        if not self._followers and not self.ended:
            self._end(None)
            await stop(self.task)

    async def _run(self, produce: Produce) -> None:
        try:
            async with aclosing(produce()) as events:
                async for event in events:
                    self._publish(event)
        except asyncio.CancelledError as error:
            self._end(error)
            raise
        except Exception as error:  # raised at each follower
            self._end(error)
        else:
            self._end(None)

    def _publish(self, event: AnswerEvent) -> None:
        if isinstance(event, DeltaEvent):
            self._characters += len(event.text)
            if self._characters > _MAX_CHARACTERS:
                raise UpstreamFailed("The model wrote without end.", hint="Lower the app's max_tokens.")
        self._events.append(event)
        if isinstance(event, DoneEvent):
            self._end(None)
        self._news.set()

    def _end(self, error: BaseException | None) -> None:
        """Note that no event follows. What the run still does then is to close what it opened."""
        if self.ended:
            return
        self.ended, self._error = True, error
        self.payer = next(iter(self._followers), None)
        self._news.set()
        self._on_end(self)
