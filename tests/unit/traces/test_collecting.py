"""Spans that come one by one are recorded together, by service, and none is forgotten at the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import pytest

from answerable.traces.collecting import SpanCollector
from answerable.traces.types import Span


class Sink:
    def __init__(self) -> None:
        self.recorded: list[tuple[str, list[str]]] = []
        self.filled = asyncio.Event()

    def record_spans(self, spans: Sequence[Span], *, service: str) -> None:
        self.recorded.append((service, [span.name for span in spans]))
        self.filled.set()


def make_span(name: str, service: str = "answerable") -> Span:
    return Span("a" * 32, "b" * 16, None, name, 1, 2, service=service)


async def test_spans_are_recorded_together_by_service() -> None:
    sink = Sink()
    collector = SpanCollector(sink)
    for name, service in (("one", "shop"), ("two", "answerable"), ("three", "shop")):
        collector.add(make_span(name, service))
    await asyncio.wait_for(sink.filled.wait(), 30)
    assert sink.recorded == [("answerable", ["two"]), ("shop", ["one", "three"])]


async def test_what_waits_at_the_end_is_recorded() -> None:
    sink = Sink()
    collector = SpanCollector(sink)
    with collector.opened():
        collector.add(make_span("last"))
    assert sink.recorded == [("answerable", ["last"])]


async def test_what_is_over_the_capacity_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    sink = Sink()
    collector = SpanCollector(sink, capacity=1)
    with collector.opened(), caplog.at_level(logging.ERROR):
        collector.add(make_span("kept"))
        collector.add(make_span("lost"))
    assert (collector.dropped, sink.recorded) == (1, [("answerable", ["kept"])])
    assert "'lost'" in caplog.text
