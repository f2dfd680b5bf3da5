"""One trace: its runs, its spans from wherever they came, and its tree."""

from __future__ import annotations

from datetime import timedelta

import pytest

from answerable.core.errors import NotFound
from answerable.core.ids import new_trace_id
from answerable.db.database import Database
from answerable.traces.reading.detail import get_detail
from answerable.traces.service import TraceService
from answerable.traces.types import SpanEvent
from tests.integration.traces.reading.runs import NOW, make_run, make_span, write


async def test_a_trace_of_any_age_is_found_by_its_id_alone(database: Database) -> None:
    runs = [make_run(started_at=NOW - timedelta(days=days)) for days in (0, 1, 40, 88, 300)]
    service = await write(database, runs)
    for run in runs:
        assert (await service.get(run.id)).started_at == run.started_at


@pytest.mark.parametrize("trace_id", ["f" * 32, "", "x", "nul\x00", "é", "f" * 5000])
async def test_a_trace_that_is_not_there_is_not_found(database: Database, trace_id: str) -> None:
    service = await write(database, [make_run()])
    with pytest.raises(NotFound):
        await service.get(trace_id)
    assert await service.get_spans(trace_id) == ()


async def test_of_several_runs_the_first_is_meant_unless_a_span_is_named(database: Database) -> None:
    trace_id = new_trace_id()
    midnight = NOW.replace(hour=0, minute=0, second=0) - timedelta(days=50)
    runs = [
        make_run(id=trace_id, span_id=f"{number:016x}", started_at=midnight + timedelta(seconds=number))
        for number in (-2, -1, 0, 1)  # on both sides of a partition's end
        for number in (number % 16,)
    ]
    service = await write(database, runs)
    detail = await get_detail(service, trace_id)
    ordered = sorted(runs, key=lambda run: run.started_at)
    assert [run.span_id for run in detail.runs] == [run.span_id for run in ordered]
    assert detail.run.span_id == ordered[0].span_id
    assert (await get_detail(service, trace_id, span_id=ordered[2].span_id)).run == ordered[2]
    assert (await service.get(trace_id, span_id=ordered[3].span_id)) == ordered[3]
    with pytest.raises(NotFound):
        await service.get(trace_id, span_id="e" * 16)


async def test_runs_of_a_trace_on_both_sides_of_a_step_back_in_time_are_all_there(database: Database) -> None:
    """The search looks an hour back at first: a run before that belongs to the trace all the same."""
    trace_id = new_trace_id()
    runs = [
        make_run(id=trace_id, span_id=f"{number:016x}", started_at=NOW - timedelta(minutes=55 + 10 * number))
        for number in (2, 1, 0)
    ]
    service = await write(database, runs)
    assert [run.span_id for run in await service.list_runs(trace_id)] == [run.span_id for run in runs]


async def test_everything_of_a_span_comes_back(database: Database) -> None:
    run = make_run()
    span = make_span(
        run.id,
        7,
        parent=3,
        kind="client",
        status="error",
        message="it broke",
        attributes={"n": 1, "text": "ü", "list": [1.5, None], "nested": {"a": True}},
        events=(SpanEvent("token", 5, {"index": 0}),),
        links=("a" * 32 + "-" + "b" * 16,),
        service="shop",
        scope="library",
    )
    plain = make_span(run.id, 8)
    service = await write(database, [run], [span, plain])
    assert await service.get_spans(run.id) == (span, plain)


async def test_spans_that_came_twice_late_or_from_elsewhere_are_one_trace(database: Database) -> None:
    run = make_run()
    writer = TraceService(database)
    own = [make_span(run.id, 1), make_span(run.id, 3, parent=1)]
    async with writer.written():
        writer.record(run, own)
    async with writer.written():
        writer.record_spans([make_span(run.id, 2, parent=1, service="shop")], service="shop")
        writer.record_spans([own[1]], service="answerable")
    detail = await get_detail(TraceService(database), run.id)
    assert [(span.span_id[-1], span.service) for span in detail.spans] == [
        ("1", "answerable"),
        ("2", "shop"),
        ("3", "answerable"),
    ]
    assert [(row.span.span_id[-1], row.depth) for row in detail.tree.rows] == [("1", 0), ("2", 1), ("3", 1)]


async def test_spans_without_a_run_can_be_read(database: Database) -> None:
    trace_id = new_trace_id()
    service = await write(database, [], [make_span(trace_id, 1, service="shop")])
    assert [span.name for span in await service.get_spans(trace_id)] == ["step 1"]
    with pytest.raises(NotFound):
        await service.get(trace_id)


async def test_a_broken_tree_is_shown_as_far_as_it_goes(database: Database) -> None:
    run = make_run()
    spans = [
        make_span(run.id, 1),
        make_span(run.id, 2, parent=99),
        make_span(run.id, 3, parent=4),
        make_span(run.id, 4, parent=3),
    ]
    service = await write(database, [run], spans)
    rows = (await get_detail(service, run.id)).tree.rows
    assert [(row.span.span_id[-1], row.depth, row.orphan, row.in_cycle) for row in rows] == [
        ("1", 0, False, False),
        ("2", 1, True, False),
        ("3", 1, False, True),
        ("4", 2, False, False),
    ]


async def test_fifty_thousand_spans_are_one_trace(database: Database) -> None:
    run = make_run()
    writer = TraceService(database)
    async with writer.written():
        writer.record(
            run, [make_span(run.id, number, parent=number // 2 or None) for number in range(1, 50_001)]
        )
    detail = await get_detail(writer, run.id)
    assert len(detail.tree.rows) == 50_000
    assert max(row.depth for row in detail.tree.rows) == 15


async def test_a_run_that_is_deleted_is_not_found_any_more(database: Database) -> None:
    run = make_run(user="ann")
    service = await write(database, [run], [make_span(run.id, 1)])
    await service.delete_user("ann")
    with pytest.raises(NotFound):
        await service.get(run.id)
    assert await service.get_spans(run.id) == ()
