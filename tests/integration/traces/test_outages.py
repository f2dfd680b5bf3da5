"""The database goes away, is slow, or takes a batch and we do not hear of it: every trace is there once in the end."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest

from answerable.core.errors import Unavailable
from answerable.db.database import Database
from answerable.traces.service import TraceService
from answerable.traces.writing.types import WritingLimits
from tests.fakes.traces import make_span, make_trace
from tests.integration.lockout import locked_out
from tests.integration.traces.faulty_wire import FaultyWire

PATIENCE = 60


async def wait_until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@asynccontextmanager
async def opened(conninfo: str, spill: Path | None, **limits: int) -> AsyncIterator[TraceService]:
    database = Database(conninfo, wait=0.2)
    await database.open()
    service = TraceService(database, spill=spill, limits=WritingLimits(**limits))
    async with service.written():
        yield service
    await database.close()


def count_rows(conninfo: str) -> tuple[int, int, int, int]:
    """Return how many runs there are, how many different ones, how many are summed up, and how many spans."""
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(
            """SELECT (SELECT count(*) FROM trace), (SELECT count(DISTINCT id) FROM trace),
                      (SELECT coalesce(sum(requests), 0)::int FROM usage_rollup WHERE level = 'hour'),
                      (SELECT count(*) FROM span)"""
        ).fetchone()
    assert row is not None
    return row


async def test_traces_go_to_the_file_while_the_database_is_away_and_arrive_later(
    conninfo: str, postgres: str, tmp_path: Path
) -> None:
    async with opened(conninfo, tmp_path) as service:
        with locked_out(conninfo, postgres):
            for _ in range(10):
                for _ in range(100):
                    trace = make_trace()
                    service.record(trace, [make_span(trace.id)])
                await asyncio.sleep(0)
            await wait_until(lambda: service.spilled == 1000 and service.waiting == 0)
            assert await TraceService(Database(conninfo), spill=tmp_path).count_spilled() == 1000
            with pytest.raises(Unavailable):
                await service.flush()
        await wait_until(lambda: service.spilled == 0)
        assert service.dropped == 0
    assert count_rows(conninfo) == (1000, 1000, 1000, 1000)
    assert list(tmp_path.iterdir()) == []


async def test_what_is_left_at_the_end_waits_for_the_next_process(
    conninfo: str, postgres: str, tmp_path: Path
) -> None:
    with locked_out(conninfo, postgres):
        async with opened(conninfo, tmp_path) as service:
            for _ in range(50):
                service.record(make_trace())
    async with opened(conninfo, tmp_path) as service:
        await service.flush()
    assert count_rows(conninfo) == (50, 50, 50, 0)


async def test_a_database_that_is_slow_fills_the_file_and_not_the_memory(
    conninfo: str, tmp_path: Path
) -> None:
    async with opened(conninfo, tmp_path) as service:
        with psycopg.connect(conninfo) as slow:
            slow.execute("LOCK TABLE trace")
            for _ in range(500):
                service.record(make_trace())
            await wait_until(lambda: service.spilled == 500)
            assert service.waiting == 0
        await wait_until(lambda: service.spilled == 0)
    assert count_rows(conninfo)[:3] == (500, 500, 500)


async def test_batches_that_get_through_after_they_went_to_the_file_are_there_once(
    conninfo: str, tmp_path: Path
) -> None:
    """The database takes a batch late, when it is in the file already: neither place knows of the other in time."""
    recorded = 0
    async with opened(conninfo, tmp_path) as service:
        for round_ in range(4):
            async with await psycopg.AsyncConnection.connect(conninfo) as slow:
                await slow.execute("LOCK TABLE trace")
                for _ in range(3):
                    for _ in range(40):
                        service.record(make_trace())
                    recorded += 40
                    await asyncio.sleep(0)
                await wait_until(lambda: service.spilled > 0)
            if round_ % 2:
                await service.flush()
        await service.flush()
        assert (service.spilled, service.waiting, service.dropped) == (0, 0, 0)
    assert count_rows(conninfo)[:3] == (recorded, recorded, recorded)


async def test_connections_that_end_in_the_middle_of_batches_cost_nothing(
    conninfo: str, postgres: str, tmp_path: Path
) -> None:
    name = psycopg.conninfo.conninfo_to_dict(conninfo)["dbname"]
    async with opened(conninfo, tmp_path) as service:
        async with await psycopg.AsyncConnection.connect(postgres, autocommit=True) as admin:
            for _ in range(30):
                for _ in range(100):
                    trace = make_trace(output="word " * 200)
                    service.record(trace, [make_span(trace.id)])
                await asyncio.sleep(0.01)
                await admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = %s AND state <> 'idle' AND query LIKE 'COPY%%'",
                    (name,),
                )
        await service.flush()
        assert service.dropped == 0
    assert count_rows(conninfo) == (3000, 3000, 3000, 3000)


async def test_a_batch_whose_end_nobody_heard_of_is_there_once(conninfo: str, tmp_path: Path) -> None:
    wire = FaultyWire(conninfo, tmp_path)
    async with wire.opened(), opened(wire.conninfo, tmp_path / "spill") as service:
        service.record(make_trace())
        await service.flush()
        for round_ in range(1, 4):
            wire.lose_commits = 1
            for _ in range(20):
                trace = make_trace(user="ann")
                service.record(trace, [make_span(trace.id)])
            await wait_until(lambda: wire.lose_commits == 0)
            assert count_rows(conninfo)[0] >= 1 + 20 * (round_ - 1)
            await wait_until(lambda: service.spilled == 0 and service.waiting == 0)
        await service.flush()
    assert count_rows(conninfo) == (61, 61, 61, 60)
    with psycopg.connect(conninfo) as connection:
        assert connection.execute("SELECT sum(requests) FROM user_rollup").fetchone() == (60,)
        counted = connection.execute("SELECT sum(count) FROM latency_rollup WHERE level = 'day'").fetchone()
        assert counted == (61,)


async def test_a_file_that_cannot_be_written_costs_only_what_memory_does_not_hold(
    conninfo: str, postgres: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "spill").write_text("a file, and no folder")
    async with opened(conninfo, tmp_path / "spill", traces=100) as service:
        with locked_out(conninfo, postgres), caplog.at_level(logging.ERROR):
            for _ in range(150):
                service.record(make_trace())
            await wait_until(lambda: "wait in memory" in caplog.text)
            assert (service.waiting, service.spilled, service.dropped) == (100, 0, 50)
            assert caplog.text.count("A trace is lost") == 1
        await wait_until(lambda: service.waiting == 0)
        service.record(make_trace())
        await service.flush()
        assert service.dropped == 50
    assert count_rows(conninfo)[:3] == (101, 101, 101)


async def test_memory_is_bounded_by_bytes_as_well(conninfo: str, postgres: str) -> None:
    async with opened(conninfo, None, bytes=100_000) as service:
        with locked_out(conninfo, postgres):
            for _ in range(10):
                service.record(make_trace(output="x" * 30_000))
            assert service.dropped >= 6
            kept = 10 - service.dropped
    assert count_rows(conninfo)[0] == kept


async def test_rows_that_the_database_refuses_do_not_take_others_along(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    service = TraceService(database)
    good = [make_trace() for _ in range(20)]
    bad = [
        make_trace(id="no trace id"),
        make_trace(user=None, cached=None),
        make_trace(user=secrets.token_hex(50_000)),
    ]
    async with service.written():
        for trace in (*good[:7], bad[0], *good[7:12], bad[1], bad[2], *good[12:]):
            service.record(trace)
    assert {trace.id for trace in (await service.list()).traces} == {trace.id for trace in good}
    assert service.dropped == len(bad)
    assert caplog.text.count("the database refuses it") == len(bad)
    assert "photo@" not in caplog.text, "what is in a trace does not get into the log"


async def test_a_trace_that_cannot_be_redacted_is_not_written(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    def redact(trace, spans, policy):  # type: ignore[no-untyped-def]
        if trace.output == "secret":
            raise RuntimeError("a pattern ran out of time")
        return trace, spans

    service = TraceService(database, redact=redact)
    async with service.written():
        for output in ("one", "secret", "two"):
            service.record(make_trace(output=output))
    assert {trace.output for trace in (await service.list()).traces} == {"one", "two"}
    assert service.dropped == 1


async def test_nothing_is_kept_where_traces_are_switched_off(database: Database) -> None:
    service = TraceService(database, enabled=False)
    async with service.written():
        trace = make_trace()
        service.record(trace)
        service.record_spans([make_span(trace.id)], service="shop")
    assert (await service.list()).traces == ()
    assert await service.get_spans(trace.id) == ()
