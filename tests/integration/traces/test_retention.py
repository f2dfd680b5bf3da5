"""What is older than its app lets it be is dropped, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg

from answerable.db.database import Database
from answerable.traces.service import TraceService
from answerable.traces.types import TracePolicy
from tests.fakes.clock import FixedClock
from tests.fakes.traces import make_span, make_trace

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEEP = {"short": 1, "long": 30, "archive": 0}


def make_service(database: Database, now: datetime = NOW) -> TraceService:
    return TraceService(
        database, policy_for=lambda app: TracePolicy(keep_days=KEEP.get(app, 7)), clock=FixedClock(now)
    )


async def list_kept(service: TraceService) -> set[tuple[str, int]]:
    """Return the app and the age in days of each run."""
    return {
        (trace.app, (NOW.date() - trace.started_at.date()).days) for trace in (await service.list()).traces
    }


async def test_partitions_go_when_all_in_them_is_too_old(database: Database) -> None:
    service = make_service(database)
    for app in KEEP:
        for days in (0, 1, 2, 29, 30, 31, 400):
            trace = make_trace(app=app, started_at=NOW - timedelta(days=days))
            service.record(trace, [make_span(trace.id)])
    await service.flush()
    dropped = await service.drop_old()
    assert {name for name in dropped if name.startswith("trace_1_")} == {
        "trace_1_20251017", "trace_1_20261021", "trace_1_20261022", "trace_1_20261023", "trace_1_20261119",
    }  # fmt: skip
    assert await list_kept(make_service(database)) == {
        *(("short", days) for days in (0, 1)),
        *(("long", days) for days in (0, 1, 2, 29, 30)),
        *(("archive", days) for days in (0, 1, 2, 29, 30, 31, 400)),
    }
    async with database.transaction() as tx:
        cursor = await tx.execute("SELECT count(*) FROM span")
        assert await cursor.fetchone() == (2 + 5 + 7,)
    assert await service.drop_old() == []


async def test_a_policy_counts_for_what_is_written_from_then_on(database: Database) -> None:
    first = make_service(database)
    first.record(make_trace(app="long", started_at=NOW - timedelta(days=5)))
    await first.flush()
    second = TraceService(database, policy_for=lambda _: TracePolicy(keep_days=1), clock=FixedClock(NOW))
    second.record(make_trace(app="long", started_at=NOW - timedelta(days=5)))
    await second.flush()
    await second.drop_old()
    assert await list_kept(make_service(database)) == {("long", 5)}


async def test_a_partition_that_is_being_read_is_left_for_the_next_time(
    database: Database, conninfo: str
) -> None:
    service = make_service(database)
    service.record(make_trace(app="short", started_at=NOW - timedelta(days=9)))
    await service.flush()
    with psycopg.connect(conninfo) as reader:
        reader.execute("SELECT count(*) FROM trace")
        assert "trace_1_20261112" not in await service.drop_old()
    assert "trace_1_20261112" in await service.drop_old()


async def test_fine_sums_are_forgotten_and_days_are_not(database: Database) -> None:
    service = make_service(database)
    for days in (0, 4, 401):
        service.record(make_trace(user="ann", error_code="x", started_at=NOW - timedelta(days=days)))
    await service.flush()
    await service.drop_old()
    async with database.transaction() as tx:
        for table in ("usage_rollup", "app_rollup", "latency_rollup", "error_rollup"):
            cursor = await tx.execute(f"SELECT level, count(*) FROM {table} GROUP BY level")
            assert dict(await cursor.fetchall()) == {"minute": 1, "hour": 2, "day": 3}
