"""Equal questions at the same time: one run, everybody sees all of it, nobody fails for another's sake."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from decimal import Decimal

import numpy as np
import pytest
from numpy.typing import NDArray

from answerable.answering.caching.keys import CacheKey, make_key
from answerable.answering.caching.service import AnswerCache
from answerable.answering.types import Answer, AnswerEvent, DeltaEvent, DoneEvent, SourcesEvent
from answerable.core.errors import InvalidInput, UpstreamFailed
from answerable.db.database import Database
from tests.fakes.answers import ScriptedRun, make_answer, make_work
from tests.fakes.clock import FixedClock


async def _no_embedding(text: str) -> NDArray[np.float32]:
    raise AssertionError(f"{text!r} was embedded")


@pytest.fixture
def cache() -> AnswerCache:
    return AnswerCache(Database("dbname=never_opened"), clock=FixedClock(), embed=_no_embedding)


@pytest.fixture
def key() -> CacheKey:
    key = make_key(make_work())
    assert key is not None
    return key


class Reader:
    """Somebody who asks, in a task of their own."""

    def __init__(
        self, cache: AnswerCache, key: CacheKey, run: ScriptedRun, name: str, *, live: bool = True
    ) -> None:
        self.events: list[AnswerEvent] = []
        self.name = name
        self.news = asyncio.Event()
        self.task = asyncio.create_task(self._read(cache, key, run, live))

    async def _read(self, cache: AnswerCache, key: CacheKey, run: ScriptedRun, live: bool) -> Answer:
        async with aclosing(cache.serve(key, run, trace_id=self.name, live=live)) as events:
            async for event in events:
                self.events.append(event)
                self.news.set()
        last = self.events[-1]
        assert isinstance(last, DoneEvent)
        return last.answer

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, DeltaEvent))

    async def has_read(self, events: int) -> None:
        async with asyncio.timeout(60):
            while len(self.events) < events:
                self.news.clear()
                await self.news.wait()


@pytest.fixture
def run() -> ScriptedRun:
    return ScriptedRun(held=True)


async def test_whoever_comes_later_gets_what_was_said_so_far_and_then_follows(
    cache: AnswerCache, key: CacheKey, run: ScriptedRun
) -> None:
    first = Reader(cache, key, run, "1")
    run.let(2)
    await first.has_read(3)
    late = Reader(cache, key, run, "2")
    await late.has_read(3)
    assert late.text == first.text == run.answer.answer[: len(late.text)]
    run.let(2)
    own, shared = await first.task, await late.task
    assert run.started == 1
    assert first.text == late.text == run.answer.answer
    assert (own.trace_id, own.cached, own.cost_usd) == ("1", False, run.answer.cost_usd)
    assert (shared.trace_id, shared.cached, shared.cost_usd) == ("2", True, Decimal(0))
    assert shared.saved_usd == run.answer.cost_usd
    assert [e.trace_id for e in late.events if isinstance(e, SourcesEvent)] == ["2"]


async def test_64_who_ask_at_once_cost_one_run_and_one_of_them_pays(
    cache: AnswerCache, key: CacheKey, run: ScriptedRun
) -> None:
    readers = [Reader(cache, key, run, str(number)) for number in range(64)]
    run.let(4)
    answers = [await reader.task for reader in readers]
    assert run.started == 1
    assert sum(answer.cost_usd or 0 for answer in answers) == run.answer.cost_usd
    assert [answer.cached for answer in answers].count(False) == 1
    assert {answer.answer for answer in answers} == {run.answer.answer}


async def test_when_the_first_one_leaves_the_run_goes_on_and_the_next_one_pays(
    cache: AnswerCache, key: CacheKey, run: ScriptedRun
) -> None:
    first, second = Reader(cache, key, run, "1"), Reader(cache, key, run, "2")
    third = Reader(cache, key, run, "3")
    run.let(2)
    await third.has_read(3)
    first.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first.task
    run.let(2)
    assert [(await reader.task).cached for reader in (second, third)] == [False, True]
    assert (run.started, run.cancelled) == (1, 0)
    assert second.text == run.answer.answer


async def test_when_everybody_leaves_the_run_is_cancelled_before_they_are_gone(
    cache: AnswerCache, key: CacheKey, run: ScriptedRun
) -> None:
    readers = [Reader(cache, key, run, str(number)) for number in range(3)]
    run.let(1)
    await readers[2].has_read(2)
    for reader in readers:
        reader.task.cancel()
    await asyncio.gather(*(reader.task for reader in readers), return_exceptions=True)
    assert run.cancelled == 1
    again = Reader(cache, key, run, "again")
    run.let(4)
    assert (await again.task).answer == run.answer.answer
    assert run.started == 2


async def test_a_failed_run_fails_who_began_it_and_another_one_begins_again(
    cache: AnswerCache, key: CacheKey, run: ScriptedRun
) -> None:
    run.failures = [UpstreamFailed("down")]
    readers = [Reader(cache, key, run, str(number)) for number in range(4)]
    run.let(5)
    with pytest.raises(UpstreamFailed):
        await readers[0].task
    answers = [await reader.task for reader in readers[1:]]
    assert run.started == 2
    assert [answer.cached for answer in answers].count(False) == 1
    assert all(reader.text == run.answer.answer for reader in readers[1:])
    assert all(sum(isinstance(event, SourcesEvent) for event in reader.events) == 1 for reader in readers[1:])


async def test_after_the_first_words_a_failure_is_told_and_who_only_waits_for_the_whole_is_spared(
    cache: AnswerCache, key: CacheKey, run: ScriptedRun
) -> None:
    run.failures, run.fail_at = [UpstreamFailed("broke off")], 2
    first, watching = Reader(cache, key, run, "1"), Reader(cache, key, run, "2")
    waiting = Reader(cache, key, run, "3", live=False)
    run.let(3)
    for reader in (first, watching):
        with pytest.raises(UpstreamFailed):
            await reader.task
    run.let(4)
    assert (await waiting.task).answer == run.answer.answer
    assert run.started == 2


async def test_a_run_that_fails_for_ever_is_tried_once_more_and_not_once_for_each(
    cache: AnswerCache, key: CacheKey, run: ScriptedRun
) -> None:
    run.failures = [UpstreamFailed("down") for _ in range(20)]
    readers = [Reader(cache, key, run, str(number)) for number in range(8)]
    run.let(20)
    for reader in readers:
        with pytest.raises(UpstreamFailed):
            await reader.task
    assert run.started == 2


async def test_what_is_wrong_with_the_request_itself_is_not_tried_again(
    cache: AnswerCache, key: CacheKey, run: ScriptedRun
) -> None:
    run.failures = [InvalidInput("no")]
    readers = [Reader(cache, key, run, str(number)) for number in range(3)]
    run.let(1)
    for reader in readers:
        with pytest.raises(InvalidInput):
            await reader.task
    assert run.started == 1


async def test_a_model_that_writes_without_end_is_stopped(cache: AnswerCache, key: CacheKey) -> None:
    run = ScriptedRun(answer=make_answer("x" * 5_000_000), pieces=100)
    with pytest.raises(UpstreamFailed, match="without end"):
        await Reader(cache, key, run, "1").task
