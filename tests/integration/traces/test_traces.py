"""Traces in a real database: all of them arrive, once, whatever is in them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from answerable.core.errors import NotFound
from answerable.core.ids import new_trace_id
from answerable.db.database import Database
from answerable.llm.types import Attempt, Usage
from answerable.traces.service import TraceService
from answerable.traces.types import Trace
from answerable.traces.writing.types import WritingLimits
from tests.integration.lockout import locked_out


def make_trace(**changes: object) -> Trace:
    values: dict[str, object] = {
        "id": new_trace_id(),
        "started_at": datetime.now(UTC),
        "app": "listing",
        "variant": "photo@0123456789ab",
        "variant_hash": "0" * 64,
        "status": "ok",
        "input": {"notes": "blue"},
    }
    return Trace(**{**values, **changes})  # type: ignore[arg-type]


async def test_a_trace_comes_back_as_it_was(database: Database) -> None:
    service = TraceService(database)
    trace = make_trace(
        attempts=(Attempt("a:b", 0.0, 12.5, code="upstream_failed", detail="500"), Attempt("c:d", 13.0, 4.0)),
        usage=Usage(input_tokens=7, output_tokens=3, reasoning_tokens=1),
        cost_usd=None,
        saved_usd=Decimal("0.0012"),
        raw=("not json",),
        timings_ms={"model": 3.5},
    )
    async with service.written():
        service.record(trace)
    assert await service.get(trace.id) == trace


async def test_text_that_postgresql_refuses_is_kept_without_what_it_refuses(database: Database) -> None:
    service = TraceService(database)
    trace = make_trace(output="a\x00b\ud800", input={"q": "\x00\ud800"}, raw=("\x00",))
    async with service.written():
        service.record(trace)
    found = (await service.list()).traces[0]
    assert (found.id, found.output, found.input) == (trace.id, "a\ufffdb?", {"q": "\ufffd?"})


async def test_a_trace_can_be_read_before_it_is_written(database: Database) -> None:
    service = TraceService(database)
    trace = make_trace()
    service.record(trace)
    assert await service.get(trace.id) == trace


async def test_an_unknown_trace_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound):
        await TraceService(database).get(new_trace_id())


async def test_traces_wait_while_the_database_is_away(conninfo: str, postgres: str) -> None:
    """Nobody is let in for a while: nothing is lost, and each trace is there once."""
    database = Database(conninfo, wait=0.2)
    await database.open()
    service = TraceService(database)
    traces = [make_trace() for _ in range(1200)]
    async with service.written():
        with locked_out(conninfo, postgres):
            for trace in traces:
                service.record(trace)
    assert len([trace async for batch in service.iterate() for trace in batch]) == len(traces)
    assert service.dropped == 0
    await database.close()


async def test_a_batch_written_twice_is_there_once(database: Database) -> None:
    service = TraceService(database)
    traces = [make_trace() for _ in range(3)]
    for _ in range(2):
        for trace in traces:
            service.record(trace)
        await service.flush()
    assert {trace.id for trace in (await service.list()).traces} == {trace.id for trace in traces}
    assert len((await service.list()).traces) == 3


async def test_a_full_queue_counts_what_it_cannot_take(database: Database) -> None:
    service = TraceService(database, limits=WritingLimits(traces=1))
    service.record(make_trace())
    service.record(make_trace())
    assert service.dropped == 1
