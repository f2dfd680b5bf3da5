"""Spans that others make with OpenTelemetry's API inside a step."""

from __future__ import annotations

import asyncio

from opentelemetry import trace as otel

from answerable.core.clock import SystemClock
from answerable.traces.conventions import TOOL_ARGUMENTS, TOOL_NAME, TOOL_RESULT
from answerable.traces.joining import current, joined
from answerable.traces.recorder import NO_SPANS, RunSpans
from answerable.traces.tools import tool_step
from answerable.traces.types import Span

TRACE = "cd" * 16


def open_run() -> RunSpans:
    return RunSpans(TRACE, "run ask", clock=SystemClock(), on_late=lambda span: None)


async def test_a_librarys_spans_are_children_of_the_step_that_calls_it() -> None:
    seen: list[Span] = []
    run = open_run()
    tracer = otel.get_tracer("shop")
    with joined(seen.append):
        with tool_step(run, "price", arguments={"sku": 7}) as step:
            with tracer.start_as_current_span("look up", attributes={"db.rows": [1, 2]}) as outer:
                await asyncio.to_thread(lambda: tracer.start_span("query").end())
                outer.add_event("found", {"n": 1})
            step.set({TOOL_RESULT: "9.90"})
        with tracer.start_as_current_span("outside"):
            pass
        await asyncio.sleep(0)
    inner, found = seen
    assert (found.name, found.parent_id, found.trace_id) == ("look up", step.id, TRACE)
    assert (inner.name, inner.parent_id) == ("query", found.span_id)
    assert (found.scope, found.attributes) == ("shop", {"db.rows": [1, 2]})
    assert [(event.name, event.attributes) for event in found.events] == [("found", {"n": 1})]
    own = {span.name: span for span in run.finish()}["execute_tool price"]
    assert own.attributes[TOOL_NAME] == "price"
    assert own.attributes[TOOL_ARGUMENTS] == {"sku": 7}
    assert own.attributes[TOOL_RESULT] == "9.90"


async def test_closed_or_switched_off_nothing_joins() -> None:
    seen: list[Span] = []
    run = open_run()
    with joined(seen.append):
        pass
    with current(run, run.root), otel.get_tracer("shop").start_as_current_span("late"):
        pass
    with joined(seen.append), current(NO_SPANS, NO_SPANS.root):
        otel.get_tracer("shop").start_span("unrelated").end()
        await asyncio.sleep(0)
    assert seen == []
