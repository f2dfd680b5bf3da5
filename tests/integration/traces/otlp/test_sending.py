"""Spans to a backend: batches, another try, and a backend that is away for good."""

from __future__ import annotations

import asyncio
import logging

import pytest

from answerable.traces.conventions import RECEIVED, SAMPLED
from answerable.traces.otlp.sending import OtlpSender, to_traces_url
from answerable.traces.types import Span
from tests.fakes.otlp_backend import OtlpBackend, otlp_backend

TRACE = "ab" * 16


def make_spans(count: int, **attributes: object) -> list[Span]:
    return [
        Span(TRACE, f"{number:016x}", None, f"step {number}", 1, 2, attributes=attributes)
        for number in range(1, count + 1)
    ]


def make_sender(backend: OtlpBackend, **options: object) -> OtlpSender:
    values: dict[str, object] = {"pause": 0.01, "first_wait": 0.01, **options}
    return OtlpSender(backend.url, headers={"Authorization": "Bearer secret"}, **values)  # type: ignore[arg-type]


async def wait_for(backend: OtlpBackend, spans: int) -> list[str]:
    found = await asyncio.to_thread(backend.wait_for, TRACE, spans)
    return [span["operationName"] for span in found]


async def test_spans_arrive_in_batches_with_the_headers() -> None:
    with otlp_backend() as backend:
        sender = make_sender(backend)
        async with sender.opened():
            await asyncio.to_thread(sender.offer, make_spans(1200))
            names = await wait_for(backend, 1200)
        assert names == [f"step {number}" for number in range(1, 1201)]
        assert (sender.sent, sender.dropped, sender.waiting) == (1200, 0, 0)
        assert len(backend.requests) == 3
        told = backend.requests[0]
        assert told["path"] == "/v1/traces"
        assert told["authorization"] == "Bearer secret"
        assert told["content-type"] == "application/x-protobuf"
        assert told["content-encoding"] == "gzip"


async def test_what_may_pass_is_tried_again_and_nothing_is_lost() -> None:
    passing = [(503, {}), (429, {"Retry-After": "0"}), (502, {"Retry-After": "0.01"}), (504, {})]
    with otlp_backend(passing) as backend:
        sender = make_sender(backend)
        async with sender.opened():
            sender.offer(make_spans(3))
            assert await wait_for(backend, 3) == ["step 1", "step 2", "step 3"]
        assert len(backend.requests) == 5
        assert (sender.sent, sender.dropped) == (3, 0)


async def test_what_the_backend_refuses_is_counted_and_the_next_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with otlp_backend([(400, {})]) as backend, caplog.at_level(logging.ERROR):
        sender = make_sender(backend)
        async with sender.opened():
            sender.offer(make_spans(2))
            await asyncio.to_thread(backend.wait_for_requests, 1)
            sender.offer(make_spans(1))
            assert await wait_for(backend, 1) == ["step 1"]
        assert (sender.sent, sender.dropped) == (1, 2)
    assert "refused 2 spans with 400" in caplog.text
    assert "secret" not in caplog.text


async def test_a_backend_that_is_away_is_waited_for_up_to_the_capacity() -> None:
    with otlp_backend([(503, {})] * 3) as backend:
        sender = make_sender(backend, capacity=5)
        sender.offer(make_spans(8))
        assert (sender.waiting, sender.dropped) == (5, 3)
        async with sender.opened():
            sender.offer([])
            sender.offer(make_spans(1))
        assert sender.dropped >= 4


async def test_the_end_of_the_server_sends_what_waits_and_counts_what_it_cannot() -> None:
    with otlp_backend() as backend:
        sender = make_sender(backend, pause=600)
        async with sender.opened():
            sender.offer(make_spans(4))
        assert len(backend.traces[TRACE]) == 4
    gone = make_sender(backend, pause=600)
    async with gone.opened():
        gone.offer(make_spans(4))
    assert (gone.sent, gone.dropped) == (0, 4)


async def test_spans_that_were_received_or_not_sampled_stay_here() -> None:
    with otlp_backend() as backend:
        sender = make_sender(backend)
        async with sender.opened():
            sender.offer(make_spans(2, **{RECEIVED: True}))
            sender.offer([*make_spans(1, **{SAMPLED: False}), *make_spans(2)])
            sender.offer(make_spans(1))
            assert await wait_for(backend, 1) == ["step 1"]
        assert len(backend.traces[TRACE]) == 1


def test_the_address_is_completed_as_exporters_do() -> None:
    assert to_traces_url("http://a:4318") == "http://a:4318/v1/traces"
    assert to_traces_url("http://a:4318/") == "http://a:4318/v1/traces"
    assert to_traces_url("https://a/otlp/v1/traces") == "https://a/otlp/v1/traces"
