"""Looking for runs among a million: each filter alone, pairs of them, words; one trace of 2,000 spans.

    python -m benchmarks.trace_reading [--traces N]

The runs are made by SQL (see `trace_rows`); they are read by the service that the API and the console call.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import psycopg

from answerable.db.database import Database
from answerable.db.embedded import EmbeddedPostgres
from answerable.db.migrate import migrate
from answerable.traces.reading.detail import get_detail
from answerable.traces.rendering import render_span, render_tree
from answerable.traces.service import TraceService
from answerable.traces.types import TraceFilter
from benchmarks.report import write_result
from benchmarks.trace_rows import DAYS, LONG_TRACE, fill, list_words

ROUNDS: Final = 60
PAGE: Final = 50
Look = Callable[[random.Random], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Made:
    """What filters are drawn from."""

    traces: int
    now: datetime
    words: list[str]


def list_filters(made: Made, draw: random.Random) -> Mapping[str, TraceFilter]:
    """Return one filter of each kind, with values of its own each time."""
    words, now = made.words, made.now
    day = now - timedelta(days=draw.randint(2, DAYS - 2))
    variant, user = draw.randrange(20), f"user{draw.randrange(2000)}"
    app = f"app{draw.randrange(5)}"
    return {
        "none": TraceFilter(),
        "app": TraceFilter(app=app),
        "variant": TraceFilter(variant=f"v{variant}"),
        "label": TraceFilter(label="candidate"),
        "user": TraceFilter(user=user),
        "key": TraceFilter(key_id=_make_key(draw.randrange(20))),
        "conversation": TraceFilter(conversation_id=f"c{draw.randrange(200_000)}"),
        "model": TraceFilter(model="openai:large"),
        "collection": TraceFilter(collection=f"docs{draw.randrange(5)}"),
        "purpose": TraceFilter(purposes=("eval",)),
        "status": TraceFilter(status="error"),
        "error_code": TraceFilter(error_code="deadline_exceeded"),
        "since": TraceFilter(since=now - timedelta(days=7)),
        "until": TraceFilter(until=day),
        "one day": TraceFilter(since=day, until=day + timedelta(days=1)),
        "min_duration": TraceFilter(min_duration_ms=draw.choice([1_000, 8_000, 10_915])),
        "min_cost": TraceFilter(
            min_cost_usd=draw.choice([Decimal("0.0001"), Decimal("0.003"), Decimal("0.00403")])
        ),
        "cached": TraceFilter(cached=True),
        "not cached": TraceFilter(cached=False),
        "abstained": TraceFilter(abstained=True),
        "verdict": TraceFilter(verdict="unsupported"),
        "feedback down": TraceFilter(feedback="down"),
        "feedback any": TraceFilter(feedback="any"),
        "feedback none": TraceFilter(feedback="none"),
        "max_retrieval_score": TraceFilter(max_retrieval_score=draw.choice([0.0, 0.01, 0.3])),
        "text common": TraceFilter(text=draw.choice(words[:5])),
        "text usual": TraceFilter(text=draw.choice(words[200:400])),
        "text rare": TraceFilter(text=draw.choice(words[15_000:])),
        "text one trace": TraceFilter(text=f"ref{draw.randrange(made.traces)}"),
        "text two common": TraceFilter(text=" ".join(draw.sample(words[:50], 2))),
        "text in none": TraceFilter(text="qqqqq"),
        "user in none": TraceFilter(user="nobody"),
        "app + error": TraceFilter(app=app, status="error"),
        "app + verdict": TraceFilter(app=app, verdict="unsupported"),
        "app + text": TraceFilter(app=app, text=draw.choice(words[200:400])),
        "user + error": TraceFilter(user=user, status="error"),
        "user + text": TraceFilter(user=user, text=draw.choice(words[:100])),
        "variant + feedback": TraceFilter(variant=f"v{variant}", feedback="down"),
        "error + slow": TraceFilter(status="error", min_duration_ms=10_000),
        "dear + cached": TraceFilter(cached=True, min_cost_usd=Decimal("0.004")),
        "abstained + score + day": TraceFilter(
            abstained=True, max_retrieval_score=0.05, since=day, until=day + timedelta(days=1)
        ),
    }


async def measure_all(database: Database, made: Made) -> dict[str, Any]:
    """Return milliseconds by what was looked for."""
    service = TraceService(database)
    figures: dict[str, Any] = {}
    for name in list_filters(made, random.Random(0)):

        async def look(draw: random.Random, name: str = name) -> object:
            return await service.list(list_filters(made, draw)[name], limit=PAGE)

        figures[name] = await _measure(look)
    figures["deep page"] = await _measure_deep_pages(service)
    figures["trace by id"] = await _measure(lambda draw: service.get(_make_id(draw.randrange(made.traces))))
    figures["trace of 2,000 spans, as JSON"] = await _measure(lambda _: _read_long(service))
    return figures


async def _read_long(service: TraceService) -> str:
    detail = await get_detail(service, LONG_TRACE)
    assert len(detail.spans) == 2_000
    return json.dumps(
        {"spans": [render_span(span) for span in detail.spans], "tree": render_tree(detail.tree)}
    )


async def _measure_deep_pages(service: TraceService) -> dict[str, float]:
    """Go on from page to page of one app."""
    after: list[str | None] = [None]

    async def look(_: random.Random) -> object:
        page = await service.list(TraceFilter(app="app1"), after=after[0], limit=PAGE)
        after[0] = page.next
        return page

    return await _measure(look)


async def _measure(look: Look) -> dict[str, float]:
    draw = random.Random(11)
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await look(draw)
        times.append((time.perf_counter() - began) * 1000)
    return {
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(statistics.quantiles(times, n=20)[18], 1),
        "max_ms": round(max(times), 1),
    }


def measure_space(conninfo: str) -> dict[str, float]:
    """Return the MB of the tables of runs and of each index, over all partitions."""
    with psycopg.connect(conninfo) as database:
        tables = database.execute(
            "SELECT round(sum(pg_table_size(relid)) / 1e6, 1) FROM pg_partition_tree('trace') WHERE isleaf"
        ).fetchone()
        indexes = database.execute(
            "SELECT top.relname, round(sum(pg_relation_size(leaf.relid)) / 1e6, 1)"
            " FROM pg_index i JOIN pg_class top ON top.oid = i.indexrelid,"
            " LATERAL pg_partition_tree(top.oid::regclass) leaf"
            " WHERE i.indrelid = 'trace'::regclass AND leaf.isleaf GROUP BY 1 ORDER BY 2 DESC"
        ).fetchall()
    assert tables is not None
    return {"table": float(tables[0]), **{name: float(size) for name, size in indexes}}


def _make_key(number: int) -> UUID:
    return UUID(hex=_md5(f"key{number}"))


def _make_id(number: int) -> str:
    return _md5(f"trace{number}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


async def run(traces: int, conninfo: str, now: datetime) -> dict[str, Any]:
    database = Database(conninfo)
    await database.open()
    try:
        figures = await measure_all(database, Made(traces, now, list_words()))
    finally:
        await database.close()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--traces", type=int, default=1_000_000)
    traces = parser.parse_args().traces
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder:
        server = EmbeddedPostgres(Path(folder))
        conninfo = server.start()
        try:
            migrate(conninfo)
            began = time.perf_counter()
            fill(conninfo, traces, now=now)
            filled = time.perf_counter() - began
            figures = asyncio.run(run(traces, conninfo, now))
            space = measure_space(conninfo)
        finally:
            server.stop()
    report(traces, filled, figures, space)


def report(traces: int, filled: float, figures: Mapping[str, Any], space: Mapping[str, float]) -> None:
    """Write the result, and print it."""
    lists = {name: figure for name, figure in figures.items() if not name.startswith("trace ")}
    worst = max(lists, key=lambda name: lists[name]["p95_ms"])
    write_result(
        "trace_reading",
        {
            "traces": traces,
            "page": PAGE,
            "rounds": ROUNDS,
            "fill_seconds": round(filled, 1),
            "worst_filter": {"name": worst, **lists[worst]},
            "milliseconds": figures,
            "megabytes": space,
        },
    )
    for name, figure in figures.items():
        print(f"{name:32} {figure['p50_ms']:8} {figure['p95_ms']:8} {figure['max_ms']:8}")
    print(f"filled in {filled:.0f} s; worst filter by p95: {worst}; MB: {space}")


if __name__ == "__main__":
    main()
