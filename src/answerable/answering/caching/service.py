"""The cache in front of a run: a kept answer, else the run of somebody who asks the same now, else a run of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Final

from answerable.answering.caching.flights import Flight, Produce
from answerable.answering.caching.keys import CacheKey, IndexState, make_key
from answerable.answering.caching.likeness import Embed, LikeAnswers
from answerable.answering.caching.memory import AnswerMemory
from answerable.answering.caching.replay import is_worth_keeping, replay, to_hit
from answerable.answering.caching.shared import Fresh, SharedAnswers
from answerable.answering.caching.shelves import Vector
from answerable.answering.runs import Work
from answerable.answering.types import Answer, AnswerEvent, DeltaEvent, DoneEvent, SourcesEvent
from answerable.core.clock import Clock
from answerable.core.errors import CallerError, Unavailable
from answerable.db.database import Connection, Database
from answerable.traces import conventions as names
from answerable.traces.recorder import NO_STEP, Step

_MEMORY_BYTES: Final = 64 << 20
_INTERVAL: Final = 1.0
_HASHED_INLINE: Final = 1 << 20
"""Bytes of files that are hashed on the event loop, in about a millisecond; more of them leave it for a thread."""


def _share_all(_: str) -> bool:
    return True


class AnswerCache:
    """Serves answers again. Only whole answers are kept, abstentions among them.

    `may_share` tells of an app whether its answers may be in the database: where an app's traces hold no personal data,
    or no content at all, the table of cached answers is not to hold it instead.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        embed: Embed,
        may_share: Callable[[str], bool] = _share_all,
        max_bytes: int = _MEMORY_BYTES,
        interval: float = _INTERVAL,
    ) -> None:
        self._clock = clock
        self._may_share = may_share
        self._memory = AnswerMemory(max_bytes=max_bytes)
        self._like = LikeAnswers(embed)
        self._shared = SharedAnswers(database, clock=clock, interval=interval, on_known=self._like.add_known)
        self._flights: dict[bytes, Flight] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Share answers with other servers while the context is open, and end what still runs at its end.

        Without it the cache is the process's own.
        """
        async with self._shared.opened():
            try:
                yield
            finally:
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)

    async def sync(self) -> None:
        """Share what is new and learn of what others shared, now. Raises Unavailable."""
        await self._shared.sync()

    async def delete_of_traces(self, tx: Connection, trace_ids: Sequence[str]) -> int:
        """Delete the answers that these runs made, here and where all servers find them; return how many.

        Another server may have one in memory until it expires.
        """
        ids = frozenset(trace_ids)
        self._memory.delete_of_traces(ids)
        return await self._shared.delete_of_traces(tx, ids)

    async def find_key(
        self, work: Work, *, index: IndexState | None = None, models: str = ""
    ) -> CacheKey | None:
        """Return what `make_key` returns, without holding the event loop up over large files."""
        if (
            sum(len(value) for value in work.request.input.values() if isinstance(value, bytes))
            > _HASHED_INLINE
        ):
            return await asyncio.to_thread(make_key, work, index=index, models=models)
        return make_key(work, index=index, models=models)

    async def serve(
        self,
        key: CacheKey | None,
        produce: Produce,
        *,
        trace_id: str,
        live: bool,
        fresh: bool = False,
        step: Step = NO_STEP,
    ) -> AsyncGenerator[AnswerEvent, None]:
        """Yield the events of an answer: a kept one, or those of `produce`, which is called at most once for all who
        ask the same at the same time.

        `produce` runs in a task of its own. Closing this ends it, unless somebody else still follows it. When it
        fails, another of those who wait calls its own, unless it has passed on text already. `fresh` looks nothing
        up, and keeps what comes. An answer that is not the caller's own is `cached`, costs 0 and says what it saved.
        `step` is told where the answer came from, and ends when that is known.

        Raises what `produce` raises.
        """
        if key is None:
            events = produce()
        elif fresh:
            _note(step, "bypass")
            events = self._produce_and_keep(key, produce)
        else:
            self._shared.note(key)
            kept = self._memory.find(key.digest, self._clock.now().timestamp())
            if kept is not None:
                _note(step, "hit", kind="memory", source=kept)
                events = replay(to_hit(kept, trace_id), grounded=key.index is not None)
            else:
                events = self._follow(key, produce, trace_id, live=live, step=step)
        async with aclosing(events):
            async for event in events:
                yield event

    async def _follow(
        self, key: CacheKey, produce: Produce, trace_id: str, *, live: bool, step: Step
    ) -> AsyncGenerator[AnswerEvent, None]:
        """Yield the events of the run in progress, or of one begun here; once more when another's run failed."""
        passed_on: set[type[AnswerEvent]] = set()
        for last in (False, True):
            flight = self._flights.get(key.digest)
            leads = flight is None
            flight = flight or self._start(key, produce, step)
            follower = object()
            try:
                async with aclosing(flight.follow(follower)) as events:
                    async for event in events:
                        if not leads and isinstance(event, DoneEvent):
                            _note(step, "hit", kind="joined", source=event.answer)
                        if not live and not isinstance(event, DoneEvent):
                            continue
                        if isinstance(event, SourcesEvent) and SourcesEvent in passed_on:
                            continue
                        passed_on.add(type(event))
                        yield _address(event, trace_id, own=flight.payer is follower)
                return
            except CallerError:
                raise
            except Exception:
                if leads or last or DeltaEvent in passed_on:
                    raise

    def _start(self, key: CacheKey, produce: Produce, step: Step) -> Flight:
        def forget(flight: Flight) -> None:
            if self._flights.get(key.digest) is flight:
                del self._flights[key.digest]

        flight = Flight(lambda: self._look_up_or_produce(key, produce, step), forget)
        self._flights[key.digest] = flight
        self._tasks.add(flight.task)
        flight.task.add_done_callback(self._tasks.discard)
        return flight

    async def _look_up_or_produce(
        self, key: CacheKey, produce: Produce, step: Step
    ) -> AsyncGenerator[AnswerEvent, None]:
        kept, kind = await self._find_shared(key.digest), "shared"
        vector: Vector | None = None
        if kept is None and key.likeness is not None:
            (kept, vector), kind = await self._find_like(key), "like"
        _note(step, "miss" if kept is None else "hit", kind=kind, source=kept)
        if kept is not None:
            events = replay(to_hit(kept, kept.trace_id), grounded=key.index is not None)
        else:
            events = self._produce_and_keep(key, produce, vector)
        async with aclosing(events):
            async for event in events:
                yield event

    async def _find_like(self, key: CacheKey) -> tuple[Answer | None, Vector | None]:
        assert key.likeness is not None
        try:
            return await self._like.find(key.likeness, self._find_by_digest)
        except Unavailable:  # the embedder is busy; the question is answered without
            return None, None

    async def _find_by_digest(self, digest: bytes) -> Answer | None:
        kept = self._memory.find(digest, self._clock.now().timestamp())
        return kept if kept is not None else await self._find_shared(digest)

    async def _find_shared(self, digest: bytes) -> Answer | None:
        found = await self._shared.find(digest)
        if found is None:
            return None
        self._memory.put(digest, *found)
        return found[0]

    async def _produce_and_keep(
        self, key: CacheKey, produce: Produce, vector: Vector | None = None
    ) -> AsyncGenerator[AnswerEvent, None]:
        async with aclosing(produce()) as events:
            async for event in events:
                if isinstance(event, DoneEvent) and is_worth_keeping(event.answer):
                    self._keep(key, event.answer, vector)
                yield event

    def _keep(self, key: CacheKey, answer: Answer, vector: Vector | None) -> None:
        expires_at = self._clock.now().timestamp() + key.seconds
        self._memory.put(key.digest, answer, expires_at)
        if key.likeness is not None and vector is not None:
            self._like.add(key.likeness, key.digest, vector)
        stored = None if vector is None else vector.astype("<f4").tobytes()
        if self._may_share(key.app):
            self._shared.put(Fresh(key, answer, expires_at, stored))


def _note(step: Step, outcome: str, *, kind: str = "", source: Answer | None = None) -> None:
    """End the step with what was found: `source` is the answer of an earlier run."""
    step.set({names.CACHE_OUTCOME: outcome})
    if source is not None:
        step.set({names.CACHE_KIND: kind, names.CACHE_TRACE: source.trace_id})
    step.end()


def _address(event: AnswerEvent, trace_id: str, *, own: bool) -> AnswerEvent:
    """Return the event as one of this follower's trace; the answer costs only the follower who pays for it."""
    if isinstance(event, SourcesEvent):
        return SourcesEvent(trace_id, event.sources)
    if isinstance(event, DoneEvent):
        answer = event.answer
        return DoneEvent(replace(answer, trace_id=trace_id) if own else to_hit(answer, trace_id))
    return event
