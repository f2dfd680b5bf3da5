"""The end of a process breaks off no batch that is just being written, and leaves nothing in the file in vain."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import psycopg

from answerable.db.database import Connection, Database
from answerable.traces.service import TraceService
from answerable.traces.writing.landing import WrittenRun
from tests.fakes.traces import make_span, make_trace


async def test_a_batch_in_the_making_is_finished_and_not_begun_again(database: Database) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    written: list[str] = []

    async def learn(tx: Connection, runs: Sequence[WrittenRun]) -> None:
        del tx
        written.extend(run.trace_id for run in runs)
        begun.set()
        await go_on.wait()

    trace = make_trace()
    service = TraceService(database, on_written=learn)
    async with service.written():
        service.record(trace, [make_span(trace.id)])
        await begun.wait()
        asyncio.get_running_loop().call_soon(go_on.set)

    assert written == [trace.id]


async def test_what_went_to_the_file_is_written_before_the_end(
    database: Database, conninfo: str, tmp_path: Path
) -> None:
    """The database was slow for a moment: whoever looks after this process has ended finds all of it."""
    service = TraceService(database, spill=tmp_path)
    async with service.written():
        with psycopg.connect(conninfo) as slow:
            slow.execute("LOCK TABLE span_part")
            async with asyncio.timeout(60):
                while service.spilled < 30:
                    trace = make_trace()
                    service.record(trace, [make_span(trace.id)])
                    await asyncio.sleep(0.01)
    assert (service.waiting, service.spilled, await service.count_spilled()) == (0, 0, 0)
