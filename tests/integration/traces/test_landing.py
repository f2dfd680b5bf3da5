"""A batch may come again, whole or in part, and rows, spans and roll-ups stay as one writing leaves them."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from answerable.db.database import Connection, Database
from answerable.llm.types import Usage
from answerable.traces.types import Span, Trace, TracePolicy
from answerable.traces.writing.encoding import Encoder, Recorded
from answerable.traces.writing.entries import Entry, dump_entries, load_entries
from answerable.traces.writing.landing import Landing, WrittenRun
from tests.fakes.traces import make_span, make_trace

TABLES = ("usage_rollup", "app_rollup", "user_rollup", "latency_rollup", "error_rollup", "trace", "span_part")
KEEP = {"listing": 30, "archive": 0}


def encode(*traces: Trace) -> list[Entry]:
    def leave(
        trace: Trace | None, spans: Sequence[Span], policy: TracePolicy
    ) -> tuple[Trace | None, Sequence[Span]]:
        return trace, spans

    encoder = Encoder(policy_for=lambda app: TracePolicy(keep_days=KEEP.get(app, 90)), redact=leave)
    now = datetime.now(UTC)
    recorded = [Recorded(trace, [make_span(trace.id)], "answerable", now, 0.0, 0) for trace in traces]
    return [entry for one in recorded if (entry := encoder.encode(one)) is not None]


def make_runs(rng: random.Random, count: int) -> list[Trace]:
    return [
        make_trace(
            app=rng.choice(("listing", "archive", "ask")),
            started_at=datetime(2026, 11, 20, tzinfo=UTC) + timedelta(seconds=rng.uniform(0, 90_000)),
            user=rng.choice((None, "ann", "bob")),
            status=rng.choice(("ok", "error")),
            error_code=rng.choice((None, "upstream_failed")),
            cost_usd=rng.choice((None, Decimal("0.25"))),
            duration_ms=rng.uniform(1, 5000),
            usage=Usage(input_tokens=rng.randrange(100), output_tokens=rng.randrange(100)),
            verdicts={"unsupported": rng.randrange(3)},
        )
        for _ in range(count)
    ]


async def read_all(database: Database) -> dict[str, list[Any]]:
    async with database.transaction() as tx:
        return {
            table: sorted([row async for row in await tx.execute(f"SELECT * FROM {table}")], key=repr)
            for table in TABLES
        }


async def test_a_batch_that_comes_again_changes_nothing(database: Database) -> None:
    entries = encode(*make_runs(random.Random(1), 50))
    await Landing(database).write(entries)
    once = await read_all(database)
    landing = Landing(database)
    await landing.write(entries)
    await landing.write(load_entries(dump_entries(entries[10:20])))
    assert await read_all(database) == once
    assert len(once["trace"]) == len(once["span_part"]) == 50


async def test_of_a_batch_that_is_there_in_part_the_rest_is_written(database: Database) -> None:
    entries = encode(*make_runs(random.Random(2), 40))
    await Landing(database).write(entries[:15])
    await Landing(database).write([*entries[10:], *entries[30:]])
    pieces = await read_all(database)
    async with database.transaction() as tx:
        await tx.execute(f"TRUNCATE {', '.join(TABLES)}")
    await Landing(database).write(entries)
    assert pieces == await read_all(database)


async def test_roll_ups_are_what_the_rows_come_to(database: Database) -> None:
    runs = make_runs(random.Random(3), 300)
    for start in range(0, 300, 40):
        await Landing(database).write(encode(*runs[start : start + 40]))
    expected: dict[tuple[str, datetime], list[Any]] = defaultdict(lambda: [0, 0, 0, 0, Decimal(0), 0])
    for run in runs:
        hour = run.started_at.replace(minute=0, second=0, microsecond=0)
        amounts = (1, int(run.status == "error"), run.usage.total, run.verdicts["unsupported"])
        money = (run.cost_usd or Decimal(0), int(run.cost_usd is None))
        expected[run.app, hour] = [
            held + new for held, new in zip(expected[run.app, hour], (*amounts, *money), strict=True)
        ]
    async with database.transaction() as tx:
        cursor = await tx.execute(
            """SELECT app, bucket, sum(requests), sum(errors), sum(input_tokens + output_tokens), sum(unsupported),
                      sum(cost_usd), sum(unpriced) FROM usage_rollup WHERE level = 'hour' GROUP BY app, bucket"""
        )
        assert {(app, hour): amounts async for app, hour, *amounts in cursor} == expected
        cursor = await tx.execute(
            "SELECT measure, sum(count) FROM latency_rollup WHERE level = 'day' GROUP BY 1"
        )
        assert await cursor.fetchall() == [("duration", 300)]
        cursor = await tx.execute("SELECT sum(count) FROM error_rollup WHERE level = 'minute'")
        assert await cursor.fetchone() == (sum(run.error_code is not None for run in runs),)


async def test_many_processes_write_the_same_hours_at_once(database: Database) -> None:
    runs = make_runs(random.Random(4), 400)
    parts = [encode(*runs[start::8]) for start in range(8)]
    await asyncio.gather(*(Landing(database).write(part) for part in parts))
    at_once = await read_all(database)
    async with database.transaction() as tx:
        await tx.execute(f"TRUNCATE {', '.join(TABLES)}")
    await Landing(database).write([entry for part in parts for entry in part])
    assert await read_all(database) == at_once


async def test_a_partition_that_somebody_dropped_is_made_again(database: Database) -> None:
    landing = Landing(database)
    began = datetime(2026, 11, 20, 23, 59, 59, 999_999, tzinfo=UTC)
    await landing.write(encode(make_trace(started_at=began)))
    async with database.transaction() as tx:
        await tx.execute("DROP TABLE trace_30_20261120")
    await landing.write(encode(make_trace(started_at=began), make_trace(started_at=began)))
    assert len((await read_all(database))["trace"]) == 2


async def test_each_length_of_keeping_has_its_partitions(database: Database) -> None:
    began = datetime(2026, 11, 20, 23, 59, 59, 999_999, tzinfo=UTC)
    later = began + timedelta(microseconds=1)
    await Landing(database).write(
        encode(
            *(make_trace(app=app, started_at=at) for app in ("listing", "archive") for at in (began, later))
        )
    )
    async with database.transaction() as tx:
        cursor = await tx.execute("SELECT tableoid::regclass::text FROM trace ORDER BY 1")
        assert [row[0] async for row in cursor] == [
            "trace_0_20261101", "trace_0_20261101", "trace_30_20261120", "trace_30_20261121",
        ]  # fmt: skip


async def test_who_learns_of_runs_hears_of_each_once_and_cannot_lose_one(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[str] = []

    async def hear(tx: Connection, runs: Sequence[WrittenRun]) -> None:
        heard.extend(run.trace_id for run in runs)
        await tx.execute("INSERT INTO trace_erasure VALUES ('x', now()), ('x', now())")

    entries = encode(*make_runs(random.Random(5), 20))
    landing = Landing(database, on_written=hear)
    for part in (entries[:5], entries[5:], entries):
        await landing.write(part)
    assert sorted(heard) == sorted(entry.trace_id for entry in entries)
    rows = await read_all(database)
    assert len(rows["trace"]) == 20
    assert sum(row[9] for row in rows["usage_rollup"] if row[0] == "day") == 20
    assert "the traces themselves are written" in caplog.text
