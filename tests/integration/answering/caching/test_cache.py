"""Answers kept in the database: shared, bound to the state they were made in, and never in the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing
from decimal import Decimal
from typing import Any

import pytest

from answerable.answering.caching.keys import CacheKey, IndexState, make_key
from answerable.answering.caching.service import AnswerCache
from answerable.answering.types import (
    Answer,
    AnswerEvent,
    Caller,
    CitationEvent,
    DeltaEvent,
    DoneEvent,
    SourcesEvent,
)
from answerable.apps.content import CacheContent
from answerable.core.clock import SystemClock
from answerable.db.database import Database
from answerable.llm.minilm.embedder import LocalEmbedder
from answerable.llm.minilm.model import MiniLM
from tests.fakes.answers import ScriptedRun, make_answer, make_variant, make_work
from tests.fakes.clock import FixedClock

INDEX = IndexState("docs", 3, 17)


@pytest.fixture
def clock() -> FixedClock:
    """At the time of the database's clock, which decides what has expired there."""
    return FixedClock(SystemClock().now())


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM.load()


@pytest.fixture
async def embedder(model: MiniLM) -> AsyncIterator[LocalEmbedder]:
    embedder = LocalEmbedder(model, threads=1)
    yield embedder
    await embedder.close()


@pytest.fixture
def server(database: Database, clock: FixedClock, embedder: LocalEmbedder) -> Callable[..., AnswerCache]:
    """Make the cache of one more server."""

    def make() -> AnswerCache:
        return AnswerCache(database, clock=clock, embed=embedder.embed_query, interval=0.02)

    return make


def _key(question: str = "How much leave do I get?", *, index: IndexState = INDEX, **more: Any) -> CacheKey:
    key = make_key(make_work(question, **more), index=index)
    assert key is not None
    return key


async def _events(
    cache: AnswerCache, key: CacheKey | None, run: ScriptedRun, **how: Any
) -> list[AnswerEvent]:
    async with aclosing(cache.serve(key, run, **{"trace_id": "b" * 32, "live": True, **how})) as events:
        return [event async for event in events]


async def _ask(cache: AnswerCache, key: CacheKey | None, run: ScriptedRun, **how: Any) -> Answer:
    last = (await _events(cache, key, run, **how))[-1]
    assert isinstance(last, DoneEvent)
    return last.answer


async def test_a_hit_is_the_whole_stream_again_at_no_cost(server: Callable[..., AnswerCache]) -> None:
    cache, run = server(), ScriptedRun()
    await _ask(cache, _key(), run)
    events = await _events(cache, _key(), run)
    assert [type(event) for event in events] == [SourcesEvent, DeltaEvent, CitationEvent, DoneEvent]
    done = events[-1]
    assert isinstance(done, DoneEvent)
    assert done.answer.answer == run.answer.answer
    assert done.answer.sources == run.answer.sources
    assert done.answer.trace_id == "b" * 32
    assert (done.answer.cached, done.answer.cost_usd, done.answer.tokens_used) == (True, Decimal(0), 0)
    assert done.answer.saved_usd == run.answer.cost_usd
    assert run.started == 1


async def test_what_an_unknown_price_saved_is_unknown(server: Callable[..., AnswerCache]) -> None:
    cache, run = server(), ScriptedRun(make_answer(cost=None))
    await _ask(cache, _key(), run)
    assert (await _ask(cache, _key(), run)).saved_usd is None


async def test_another_server_and_the_next_process_find_the_answer(
    server: Callable[..., AnswerCache],
) -> None:
    one, run = server(), ScriptedRun()
    async with one.opened():
        await _ask(one, _key(), run)
    other = server()
    async with other.opened():
        await other.sync()
        found = await _ask(other, _key(), run)
    assert run.started == 1
    assert found.sources == run.answer.sources
    assert found.citations == run.answer.citations
    assert found.saved_usd == run.answer.cost_usd


async def test_an_answer_that_is_being_written_at_the_end_is_written_once(
    server: Callable[..., AnswerCache], database: Database
) -> None:
    one, other = server(), server()
    await _ask(one, _key(), ScriptedRun())
    await one.sync()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(other.opened())
        async with database.transaction() as tx:
            await tx.execute("UPDATE answer_cache SET key = %s", [_key("Another?").digest])
            await _ask(other, _key("Another?"), ScriptedRun())
            await _wait_for_waiting(database)
            closing = asyncio.create_task(stack.aclose())
            await asyncio.sleep(0)
            await tx.rollback()
        await closing
    async with database.transaction() as tx:
        row = await (await tx.execute("SELECT count(*), max(number) FROM answer_cache")).fetchone()
    assert row == (2, 2)  # one that was broken off would have used up a number


@pytest.mark.parametrize(
    "changed",
    [
        _key(index=IndexState("docs", 3, 18)),
        _key(caller=Caller(groups=frozenset({"hr"}))),
        _key(variant=make_variant(max_tokens=100)),
    ],
)
async def test_after_a_change_nothing_older_is_served(
    server: Callable[..., AnswerCache], changed: CacheKey
) -> None:
    one, other, run = server(), server(), ScriptedRun()
    await _ask(one, _key(), run)
    await one.sync()
    await other.sync()
    for number, cache in enumerate((one, other), start=2):
        await _ask(cache, changed, run)
        assert run.started == number


async def test_what_an_older_state_answered_is_deleted(
    server: Callable[..., AnswerCache], database: Database
) -> None:
    cache, run = server(), ScriptedRun()
    async with cache.opened():
        await _ask(cache, _key(), run)
        await _wait_for_rows(database, 1)
        await _ask(cache, _key("Something else?", index=IndexState("docs", 3, 18)), run)
        async with asyncio.timeout(60):
            while await _list_generations(database) != ["3:18"]:
                await cache.sync()


async def test_an_answer_expires_everywhere(server: Callable[..., AnswerCache], clock: FixedClock) -> None:
    one, other, run = server(), server(), ScriptedRun()
    key = _key(variant=make_variant(cache=CacheContent(seconds=60)))
    await _ask(one, key, run)
    await one.sync()
    await other.sync()
    clock.advance(61)
    await _ask(one, key, run)
    await _ask(other, key, run)
    assert run.started == 3


@pytest.mark.parametrize("reason", ["length", "content_filter", "other"])
async def test_an_answer_that_was_cut_off_is_not_kept(
    server: Callable[..., AnswerCache], reason: Any
) -> None:
    cache, run = server(), ScriptedRun(make_answer(finish_reason=reason))
    await _ask(cache, _key(), run)
    await _ask(cache, _key(), run)
    assert run.started == 2


async def test_an_abstention_is_kept_until_there_is_a_new_document(
    server: Callable[..., AnswerCache],
) -> None:
    cache = server()
    run = ScriptedRun(
        make_answer("The sources do not answer this question.", abstained=True, sources=(), citations=())
    )
    await _ask(cache, _key(), run)
    events = await _events(cache, _key(), run)
    assert [type(event) for event in events] == [SourcesEvent, DeltaEvent, DoneEvent]
    await _ask(cache, _key(index=IndexState("docs", 3, 18)), run)
    assert run.started == 2


async def test_a_fresh_answer_passes_the_cache_by_and_takes_the_place_of_the_old_one(
    server: Callable[..., AnswerCache],
) -> None:
    cache = server()
    await _ask(cache, _key(), ScriptedRun(make_answer("Old.")))
    assert (await _ask(cache, _key(), ScriptedRun(make_answer("New.")), fresh=True)).answer == "New."
    found = await _ask(cache, _key(), ScriptedRun())
    assert (found.answer, found.cached) == ("New.", True)


async def test_without_a_key_every_request_runs(server: Callable[..., AnswerCache]) -> None:
    cache, run = server(), ScriptedRun()
    for _ in range(2):
        assert not (await _ask(cache, None, run)).cached
    assert run.started == 2


async def test_a_database_that_is_away_costs_a_model_call_and_nothing_else(
    conninfo: str, clock: FixedClock, embedder: LocalEmbedder
) -> None:
    database = Database(conninfo, wait=0.1)
    await database.open()
    one = AnswerCache(database, clock=clock, embed=embedder.embed_query)
    other = AnswerCache(database, clock=clock, embed=embedder.embed_query)
    run = ScriptedRun()
    await _ask(one, _key(), run)
    await one.sync()
    await other.sync()
    await database.close()
    assert not (await _ask(other, _key(), run)).cached
    assert (await _ask(other, _key(), run)).cached


async def test_after_a_crash_emptied_the_table_servers_share_again(
    server: Callable[..., AnswerCache], database: Database, clock: FixedClock
) -> None:
    one, other, run = server(), server(), ScriptedRun()
    async with one.opened(), other.opened():
        for number in range(5):
            await _ask(one, _key(f"Question {number}?"), run)
        await _wait_for_rows(database, 5)
        await other.sync()
        async with database.transaction() as tx:
            await tx.execute("TRUNCATE answer_cache RESTART IDENTITY")
        clock.advance(120)
        await _ask(one, _key("Question 5?"), run)
        await _wait_for_rows(database, 1)
        async with asyncio.timeout(60):
            while not (await _ask(other, _key("Question 5?"), run)).cached:
                await other.sync()


async def test_text_that_postgresql_refuses_is_kept_in_memory_at_least(
    server: Callable[..., AnswerCache],
) -> None:
    cache = server()
    for text in ("half a \ud800 pair", "a \x00 in it"):
        run = ScriptedRun(make_answer(text))
        await _ask(cache, _key(text), run)
        await cache.sync()
        assert (await _ask(cache, _key(text), run)).answer == text
        assert run.started == 1


SEMANTIC = make_variant(cache=CacheContent(semantic=0.9))


async def test_like_questions_share_an_answer_where_the_app_wants_it(
    server: Callable[..., AnswerCache],
) -> None:
    cache, run = server(), ScriptedRun()
    await _ask(cache, _key("How many days of paid leave do employees get?", variant=SEMANTIC), run)
    like = "How many paid leave days do employees get?"
    other = "How many days of unpaid leave do employees get?"
    assert (await _ask(cache, _key(like, variant=SEMANTIC), run)).cached
    assert not (await _ask(cache, _key(other, variant=SEMANTIC), run)).cached
    assert not (await _ask(cache, _key(like), run)).cached


async def test_like_questions_are_shared_between_servers_but_not_between_groups_or_states(
    server: Callable[..., AnswerCache],
) -> None:
    one, other, run = server(), server(), ScriptedRun()
    question, like = (
        "How many days of paid leave do employees get?",
        "How many paid leave days do employees get?",
    )
    await _ask(one, _key(question, variant=SEMANTIC), run)
    await one.sync()
    await other.sync()
    for changed in ({"caller": Caller(groups=frozenset({"x"}))}, {"index": IndexState("docs", 3, 18)}):
        assert not (await _ask(other, _key(like, variant=SEMANTIC, **changed), run)).cached
    assert (await _ask(other, _key(like, variant=SEMANTIC), run)).cached


async def _wait_for_waiting(database: Database) -> None:
    """Wait until a statement waits for a lock."""
    async with asyncio.timeout(60):
        while True:
            async with database.transaction() as tx:
                row = await (await tx.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")).fetchone()
            if row != (0,):
                return


async def _wait_for_rows(database: Database, rows: int) -> None:
    async with asyncio.timeout(60):
        while len(await _list_generations(database)) < rows:
            pass


async def _list_generations(database: Database) -> list[str]:
    async with database.transaction() as tx:
        return [row[0] async for row in await tx.execute("SELECT generation FROM answer_cache")]


async def test_the_answers_of_erased_runs_are_gone_here_and_for_servers_to_come(
    server: Callable[..., AnswerCache], database: Database
) -> None:
    one = server()
    kept, gone = _key("How much leave do I get?"), _key("What is my pay?")
    for key, trace_id in ((kept, "1" * 32), (gone, "2" * 32)):
        await _ask(one, key, ScriptedRun(answer=make_answer(trace_id=trace_id)))
    await one.sync()
    async with database.transaction() as tx:
        assert await one.delete_of_traces(tx, ["2" * 32, "3" * 32]) == 1
    other = server()
    await other.sync()
    for cache in (one, other):
        run = ScriptedRun(answer=make_answer(trace_id="4" * 32))
        await _ask(cache, kept, run)
        assert run.started == 0
    run = ScriptedRun(answer=make_answer(trace_id="5" * 32))
    await _ask(one, gone, run)
    assert run.started == 1


async def test_an_app_that_may_not_share_keeps_its_answers_in_memory(
    database: Database, clock: FixedClock, embedder: LocalEmbedder
) -> None:
    cache = AnswerCache(
        database, clock=clock, embed=embedder.embed_query, interval=0.02, may_share=lambda app: app == "other"
    )
    run = ScriptedRun()
    await _ask(cache, _key(), run)
    assert (await _ask(cache, _key(), run)).cached
    await cache.sync()
    async with database.transaction() as tx:
        assert await (await tx.execute("SELECT 1 FROM answer_cache")).fetchone() is None
