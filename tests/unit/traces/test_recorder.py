"""The spans of a run: their tree, their times, what becomes of errors and of what ends late."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

import pytest

from answerable.core.errors import Unavailable
from answerable.traces.conventions import CANCELLED, ERROR_TYPE
from answerable.traces.recorder import NO_SPANS, RunSpans
from answerable.traces.types import Span
from tests.fakes.clock import FixedClock

TRACE = "ab" * 16


class Bench:
    def __init__(self) -> None:
        self.clock = FixedClock()
        self.late: list[Span] = []
        self.spans = RunSpans(TRACE, "POST /ask", clock=self.clock, on_late=self.late.append)

    def finish(self) -> dict[str, Span]:
        return {span.name: span for span in self.spans.finish()}


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_steps_are_a_tree_with_their_own_times(bench: Bench) -> None:
    began = bench.spans.now_ns()
    with bench.spans.step("repair") as outer:
        bench.clock.advance(1)
        with bench.spans.step("chat x", parent=outer, kind="client") as inner:
            bench.clock.advance(2)
            inner.set({"kept": 0, "left out": None})
    found = bench.finish()
    assert found["repair"].parent_id == found["POST /ask"].span_id
    assert found["chat x"].parent_id == found["repair"].span_id
    assert [span.trace_id for span in found.values()] == [TRACE] * 3
    assert found["chat x"].start_ns - began == 1_000_000_000
    assert found["chat x"].end_ns - found["chat x"].start_ns == 2_000_000_000
    assert found["repair"].end_ns == found["POST /ask"].end_ns == began + 3_000_000_000
    assert found["chat x"].attributes == {"kept": 0}
    assert len({span.span_id for span in found.values()}) == 3


def test_an_error_is_noted_on_every_step_that_it_leaves(bench: Bench) -> None:
    with suppress(Unavailable), bench.spans.step("policy") as step, bench.spans.step("chat x", parent=step):
        raise Unavailable("The provider rests.", code="circuit_open")
    found = bench.finish()
    for name in ("policy", "chat x"):
        assert (found[name].status, found[name].message) == ("error", "The provider rests.")
        assert found[name].attributes[ERROR_TYPE] == "circuit_open"
    assert found["POST /ask"].status == "unset"


async def test_a_reader_who_leaves_makes_no_error(bench: Bench) -> None:
    async def stream() -> AsyncGenerator[int, None]:
        with bench.spans.step("chat x"):
            for number in range(3):
                yield number

    async with aclosing(stream()) as numbers:
        await anext(numbers)
    with suppress(asyncio.CancelledError), bench.spans.step("retrieval"):
        raise asyncio.CancelledError
    for name, span in bench.finish().items():
        assert span.status == "unset"
        assert span.attributes.get(CANCELLED, False) == (name != "POST /ask")


def test_what_ends_after_the_run_is_handed_on(bench: Bench) -> None:
    step = bench.spans.step("background")
    assert "background" not in bench.finish()
    bench.clock.advance(5)
    step.end()
    (late,) = bench.late
    assert (late.trace_id, late.parent_id) == (TRACE, bench.spans.root.id)
    assert late.end_ns - late.start_ns == 5_000_000_000


def test_nothing_stays_of_a_run_that_is_discarded(bench: Bench) -> None:
    step = bench.spans.step("background")
    bench.spans.discard()
    step.end()
    assert bench.late == []


def test_a_step_that_is_added_afterwards_has_the_times_it_is_given(bench: Bench) -> None:
    bench.spans.step("access", start_ns=5).end(9)
    bench.spans.step("odd", start_ns=9).end(5)
    found = bench.finish()
    assert (found["access"].start_ns, found["access"].end_ns) == (5, 9)
    assert (found["odd"].start_ns, found["odd"].end_ns) == (9, 9)


def test_switched_off_it_keeps_nothing() -> None:
    with NO_SPANS.step("chat x") as step:
        step.set({"a": 1})
        step.note("b")
        step.fail("c")
    assert NO_SPANS.finish() == ()
    assert not step.recording
