"""Pages: every run once, newest first, whatever comes meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import timedelta

import psycopg
import pytest

from answerable.core.clock import SystemClock
from answerable.core.errors import DeadlineExceeded, InvalidInput
from answerable.db.database import Database
from answerable.traces.reading.cursors import to_key
from answerable.traces.reading.following import follow
from answerable.traces.reading.reader import TraceReader
from answerable.traces.service import TraceService
from answerable.traces.types import Trace, TraceFilter
from tests.integration.traces.reading.runs import NOW, make_run, write

EVERYTHING = TraceFilter()


def make_runs(count: int) -> list[Trace]:
    """Return runs of the last 80 days, newest first; each three began at the same microsecond."""
    runs = [
        make_run(started_at=NOW - timedelta(hours=number // 3 * 24, microseconds=number // 3))
        for number in range(count)
    ]
    return sorted(runs, key=to_key, reverse=True)


async def test_pages_have_every_run_once_newest_first(database: Database) -> None:
    runs = make_runs(50)
    service = await write(database, runs)
    read: list[str] = []
    after: str | None = None
    while True:
        page = await service.list(EVERYTHING, after=after, limit=7)
        read += [trace.id for trace in page.traces]
        after = page.next
        if after is None:
            break
    assert read == [run.id for run in runs]


async def test_a_page_that_ends_with_the_last_run_has_no_next(database: Database) -> None:
    service = await write(database, make_runs(4))
    assert (await service.list(EVERYTHING, limit=4)).next is None
    assert (await service.list(EVERYTHING, limit=3)).next is not None
    assert await service.list(TraceFilter(app="none"), limit=3) == await service.list(TraceFilter(user="x"))


async def test_what_comes_meanwhile_shifts_no_page(database: Database) -> None:
    runs = make_runs(9)
    service = await write(database, runs)
    first = await service.list(EVERYTHING, limit=3)
    newer = [make_run(started_at=NOW + timedelta(seconds=1)) for _ in range(5)]
    await write(database, newer)
    second = await service.list(EVERYTHING, after=first.next, limit=3)
    assert [trace.id for trace in second.traces] == [run.id for run in runs[3:6]]


async def test_a_cursor_goes_on_under_another_filter(database: Database) -> None:
    runs = [run._replace(app=f"app{number % 2}") for number, run in enumerate(make_runs(8))]
    service = await write(database, runs)
    page = await service.list(EVERYTHING, limit=3)
    rest = await service.list(TraceFilter(app="app1"), after=page.next)
    assert [trace.id for trace in rest.traces] == [run.id for run in runs[3:] if run.app == "app1"]


async def test_a_run_that_was_just_recorded_is_there(database: Database) -> None:
    service = TraceService(database)
    async with service.written():
        run = make_run()
        service.record(run)
        assert [trace.id for trace in (await service.list(EVERYTHING)).traces] == [run.id]
        assert (await service.get(run.id)).output == run.output


async def test_a_run_of_a_clock_that_is_ahead_is_there_too(database: Database) -> None:
    run = make_run(started_at=NOW + timedelta(hours=3))
    service = await write(database, [run])
    assert [trace.id for trace in (await service.list(EVERYTHING)).traces] == [run.id]


async def test_iterating_gives_batches_and_nothing_newer_than_its_beginning(database: Database) -> None:
    runs = make_runs(25)
    service = await write(database, runs)
    batches: list[list[str]] = []
    async for batch in service.iterate(EVERYTHING, batch=10):
        batches.append([trace.id for trace in batch])
        await write(database, [make_run(started_at=NOW + timedelta(minutes=len(batches)))])
    assert [len(batch) for batch in batches] == [10, 10, 5]
    assert [trace_id for batch in batches for trace_id in batch] == [run.id for run in runs]


async def test_keys_are_those_of_the_runs_in_the_same_order(database: Database) -> None:
    runs = make_runs(12)
    service = await write(database, runs)
    keys, after = await service.list_keys(EVERYTHING, limit=8)
    rest, end = await service.list_keys(EVERYTHING, after=after, limit=8)
    assert [*keys, *rest] == [to_key(run) for run in runs]
    assert end is None


@pytest.mark.parametrize("limit", [0, 1001])
async def test_a_page_of_no_or_too_many_runs_is_refused(database: Database, limit: int) -> None:
    service = await write(database, [])
    with pytest.raises(InvalidInput):
        await service.list(EVERYTHING, limit=limit)


async def test_a_broken_cursor_is_refused(database: Database) -> None:
    service = await write(database, [])
    with pytest.raises(InvalidInput):
        await service.list(EVERYTHING, after="broken")


async def test_following_tells_of_each_new_run_once_also_of_one_that_began_long_before(
    database: Database,
) -> None:
    service = await write(database, [make_run(output=text) for text in ("first", "second", "third")])
    seen: list[str] = []
    async with asyncio.timeout(30), aclosing(follow(service, EVERYTHING, last=2, pause=0.01)) as looks:
        seen += [trace.id for trace in await anext(looks)]
        assert len(seen) == 2
        slow = make_run(started_at=NOW - timedelta(minutes=9))
        new = [make_run(), slow, make_run(started_at=NOW + timedelta(seconds=1))]
        await write(database, new)
        async for traces in looks:
            seen += [trace.id for trace in traces]
            if len(seen) == 5:
                break
        assert not await anext(looks)
    assert sorted(seen[2:]) == sorted(run.id for run in new)


async def test_a_search_that_takes_too_long_is_broken_off(database: Database, conninfo: str) -> None:
    async def flush() -> None: ...

    await write(database, make_runs(3))
    reader = TraceReader(database, flush=flush, clock=SystemClock(), timeout=0.1)
    async with await psycopg.AsyncConnection.connect(conninfo) as other:
        await other.execute("LOCK TABLE trace")
        with pytest.raises(DeadlineExceeded) as raised:
            await reader.list_page(EVERYTHING, after=None, limit=5)
    assert raised.value.code == "search_too_slow"
