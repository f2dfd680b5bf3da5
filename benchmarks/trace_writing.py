"""Traces written as fast as they go, while the database is stopped for a while and the writing process is killed.

    python -m benchmarks.trace_writing [TRACES] [SECONDS_WITHOUT_DATABASE]

A process of its own records traces of 6 spans with a prompt of 2 kB, as many as the writer takes, and notes each one
in a file as soon as it is recorded: acknowledged. Its database is stopped when a quarter is acknowledged, and it is
killed (`kill -9`) when three quarters are; a second process writes the rest, and what the first one left. Then every
acknowledged trace is looked for. The space that they take is counted by table.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from answerable.core.ids import new_trace_id
from answerable.db.database import Database
from answerable.db.embedded import EmbeddedPostgres
from answerable.db.migrate import migrate
from answerable.traces.service import TraceService
from answerable.traces.types import Span, Trace
from benchmarks.report import write_result
from benchmarks.trace_samples import PROMPT_CHARACTERS, SPANS, make_trace, measure_space

HELD = 1000
"""Traces in memory at which the recording waits, as the callers of a server would."""
STEADY = 3000
"""Traces recorded one after the other to see what they cost."""
_ACKNOWLEDGED = struct.Struct("16sd")
_TEXT = " ".join((Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8").split())


def main() -> None:
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR + 1)  # it tells of every try to connect again
    if sys.argv[1:2] == ["record"]:
        asyncio.run(_record(Path(sys.argv[2]), int(sys.argv[3])))
        return
    traces = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    without = float(sys.argv[2]) if len(sys.argv) > 2 else 20.0
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder:
        os.chmod(folder, 0o711)
        result = _measure(Path(folder), traces, without)
    write_result("trace_writing", result)
    print(json.dumps(result, indent=2))


def _measure(folder: Path, traces: int, without: float) -> dict[str, Any]:
    server = EmbeddedPostgres(folder)
    conninfo = server.start()
    migrate(conninfo)
    (folder / "conninfo").write_text(conninfo)
    try:
        loop_microseconds = asyncio.run(_measure_loop(conninfo))
        started = time.monotonic()
        first = _start(folder, traces)
        _wait_for(folder, traces // 4, first)
        server.stop()
        time.sleep(without)
        server.start()
        _wait_for(folder, traces * 3 // 4, first)
        killed_at = time.monotonic()
        first.send_signal(signal.SIGKILL)
        first.wait()
        second = _start(folder, traces - len(list(_read_acknowledged(folder))))
        if second.wait(3600) != 0:
            raise RuntimeError("the second process failed")
        seconds = time.monotonic() - started
        return {
            "traces": traces,
            "spans_each": len(SPANS),
            "prompt_characters": PROMPT_CHARACTERS,
            "seconds_without_database": without,
            "seconds": round(seconds, 1),
            "traces_per_second": round(traces / seconds),
            "event_loop_microseconds_each": loop_microseconds,
            **_look_for(folder, conninfo, killed_at),
            "bytes_a_trace": measure_space(conninfo, traces),
        }
    finally:
        server.stop()


def _start(folder: Path, traces: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "benchmarks.trace_writing", "record", str(folder), str(traces)]
    return subprocess.Popen(command)


def _wait_for(folder: Path, count: int, process: subprocess.Popen[bytes]) -> None:
    path = folder / "acknowledged"
    while not path.exists() or path.stat().st_size < count * _ACKNOWLEDGED.size:
        if process.poll() is not None:
            raise RuntimeError("the recording process ended too soon")
        time.sleep(0.005)


def _look_for(folder: Path, conninfo: str, killed_at: float) -> dict[str, Any]:
    """Return what is missing of what was acknowledged, by how long before the kill that was."""
    missing: Counter[str] = Counter()
    with psycopg.connect(conninfo) as connection:
        there = Counter(row[0] for row in connection.execute("SELECT id FROM trace"))
        spans = connection.execute("SELECT count(*) FROM span").fetchone()
        summed = connection.execute("SELECT sum(requests) FROM usage_rollup WHERE level = 'day'").fetchone()
    acknowledged = list(_read_acknowledged(folder))
    for trace_id, at in acknowledged:
        if trace_id not in there:
            missing["in the second before the kill" if killed_at - 1 <= at <= killed_at else "otherwise"] += 1
    assert spans is not None
    assert summed is not None
    return {
        "acknowledged": len(acknowledged),
        "missing": missing["otherwise"],
        "missing_of_the_second_before_the_kill": missing["in the second before the kill"],
        "there_twice": sum(count - 1 for count in there.values()),
        "spans_missing": len(SPANS) * len(there) - spans[0],
        "summed_up": int(summed[0]) - len(there),
    }


def _read_acknowledged(folder: Path) -> Iterator[tuple[str, float]]:
    content = (folder / "acknowledged").read_bytes()
    whole = len(content) - len(content) % _ACKNOWLEDGED.size
    for trace_id, at in _ACKNOWLEDGED.iter_unpack(content[:whole]):
        yield trace_id.hex(), at


async def _record(folder: Path, traces: int) -> None:
    """Record so many traces, each noted as soon as it is; return when all of them are in the database."""
    database = Database((folder / "conninfo").read_text())
    await database.open()
    service = TraceService(database, spill=folder / "spill")
    examples = [make_trace(random.Random(seed), _TEXT) for seed in range(200)]
    with (folder / "acknowledged").open("ab", buffering=0) as noted:
        async with service.written():
            for number in range(traces):
                while service.waiting >= HELD:  # noqa: ASYNC110
                    await asyncio.sleep(0.002)
                trace, spans = _renew(*examples[number % len(examples)])
                service.record(trace, spans)
                noted.write(_ACKNOWLEDGED.pack(bytes.fromhex(trace.id), time.monotonic()))
            await service.flush()
    await database.close()
    if service.dropped:
        raise RuntimeError(f"{service.dropped} traces were dropped")


async def _measure_loop(conninfo: str) -> float:
    """Return the microseconds of the event loop's thread that a trace costs, when 500 a second are recorded."""
    seconds = {enabled: await _record_steadily(conninfo, enabled=enabled) for enabled in (True, False)}
    with psycopg.connect(conninfo) as connection:
        connection.execute(
            "TRUNCATE trace, span_part, usage_rollup, app_rollup, user_rollup, latency_rollup, error_rollup"
        )
    return round((seconds[True] - seconds[False]) / STEADY * 1e6, 1)


async def _record_steadily(conninfo: str, *, enabled: bool) -> float:
    database = Database(conninfo)
    await database.open()
    service = TraceService(database, enabled=enabled)
    trace, spans = make_trace(random.Random(0), _TEXT)
    async with service.written():
        began = time.thread_time()
        for number in range(STEADY):
            service.record(*_renew(trace, spans))
            if number % 5 == 0:
                await asyncio.sleep(0.01)
        await service.flush()
        used = time.thread_time() - began
    await database.close()
    return used


def _renew(trace: Trace, spans: tuple[Span, ...]) -> tuple[Trace, tuple[Span, ...]]:
    trace_id = new_trace_id()
    return (
        trace._replace(id=trace_id, started_at=datetime.now(UTC)),
        tuple(span._replace(trace_id=trace_id) for span in spans),
    )


if __name__ == "__main__":
    main()
