"""The end of a process does not break off the batch that is just being written."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

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
