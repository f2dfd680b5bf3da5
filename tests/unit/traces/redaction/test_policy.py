"""What of a run may be kept: all of it, what is not personal, or no text at all."""

from __future__ import annotations

from typing import Any

import pytest

from answerable.llm.types import Attempt, Usage
from answerable.traces import conventions as c
from answerable.traces.redaction.redactor import TraceRedactor
from answerable.traces.redaction.texts import FAILED
from answerable.traces.redaction.types import OwnDetector
from answerable.traces.redaction.values import TOO_DEEP
from answerable.traces.types import Span, SpanEvent, Trace, TracePolicy
from tests.fakes.traces import make_span, make_trace

CARD, MAIL, PASSWORD = "4111 1111 1111 1111", "ann@example.com", "Tr0ub4dor&3"
PLANTED = (CARD, MAIL, PASSWORD)
REDACTED = TracePolicy(content="redacted")
NOTHING = TracePolicy(content="none")


def _run() -> tuple[Trace, list[Span]]:
    """A run in which every text holds something, and a step of it."""
    said = f"card {CARD}, mail {MAIL}, my password is {PASSWORD} indeed"
    trace = make_trace(
        input={"input": {"question": said, "login": {"password": PASSWORD}}, MAIL: [said, 4111111111111111]},
        output=said,
        raw=(said,),
        sources=("7:3",),
        citations=({"sentence": said, "verdict": "supported", "source": 1, "score": 0.5},),
        attempts=(Attempt("openai:gpt", 0.0, 5.0, code="upstream_failed", detail=said),),
        error_detail=said,
        error_code="upstream_failed",
        user="u-17",
        conversation_id="c-1",
        usage=Usage(input_tokens=10, output_tokens=5),
        verdicts={"supported": 1},
        timings_ms={"search": 2.0},
    )
    span = make_span(
        trace.id,
        name=f"chat {MAIL}",
        message=said,
        attributes={
            c.REQUEST_MODEL: "gpt",
            c.INPUT_TOKENS: 10,
            c.INPUT_MESSAGES: [{"role": "user", "parts": [{"type": "text", "content": said}]}],
            c.RETRIEVAL_DOCUMENTS: [{"id": "7:3", "score": 0.5, "content": said}],
            c.APP: "listing",
            "custom.note": said,
            "custom.count": 3,
        },
        events=(SpanEvent("exception", 1, {"exception.type": "ValueError", "exception.message": said}),),
    )
    return trace, [span]


def _redact(policy: TracePolicy, own: tuple[OwnDetector, ...] = ()) -> tuple[Trace, Span]:
    trace, spans = TraceRedactor(own).redact(*_run(), policy)
    assert trace is not None
    return trace, spans[0]


def test_full_keeps_everything() -> None:
    trace, spans = _run()
    assert TraceRedactor().redact(trace, spans, TracePolicy()) == (trace, spans)


@pytest.mark.parametrize("policy", [REDACTED, NOTHING], ids=["redacted", "none"])
def test_nothing_that_was_planted_is_left_anywhere(policy: TracePolicy) -> None:
    kept = repr(_redact(policy))
    assert not [planted for planted in (*PLANTED, "4111111111111111") if planted in kept]


def test_redacted_keeps_the_rest_of_every_text() -> None:
    trace, span = _redact(REDACTED)
    expected = "card [CARD], mail [EMAIL], my password is [SECRET] indeed"
    assert trace.output == trace.error_detail == trace.raw[0] == span.message == expected
    assert trace.input["[EMAIL]"] == [expected, "[CARD]"]
    assert trace.input["input"]["login"] == {"password": "[SECRET]"}
    assert span.name == "chat [EMAIL]"
    assert span.attributes[c.INPUT_MESSAGES][0]["parts"][0]["content"] == expected
    assert trace.attempts[0].detail == expected


def test_none_keeps_counts_times_names_and_verdicts() -> None:
    before, _ = _run()
    trace, span = _redact(NOTHING)
    assert (trace.input, trace.output, trace.raw, trace.error_detail) == ({}, "", (), None)
    assert trace.citations == ({"verdict": "supported", "source": 1, "score": 0.5},)
    assert (trace.usage, trace.timings_ms, trace.verdicts) == (
        before.usage,
        before.timings_ms,
        before.verdicts,
    )
    assert (trace.error_code, trace.sources) == ("upstream_failed", ("7:3",))
    assert span.attributes == {
        c.REQUEST_MODEL: "gpt",
        c.INPUT_TOKENS: 10,
        c.RETRIEVAL_DOCUMENTS: [{"id": "7:3", "score": 0.5}],
        c.APP: "listing",
        "custom.count": 3,
    }
    assert span.events[0].attributes == {"exception.type": "ValueError"}


@pytest.mark.parametrize("policy", [TracePolicy(), REDACTED, NOTHING], ids=["full", "redacted", "none"])
def test_whose_it_is_stays_so_that_it_can_be_erased(policy: TracePolicy) -> None:
    trace, _ = _redact(policy)
    assert (trace.user, trace.conversation_id) == ("u-17", "c-1")


def test_spans_that_come_alone_are_redacted_too() -> None:
    _, spans = _run()
    trace, kept = TraceRedactor().redact(None, spans, REDACTED)
    assert trace is None
    assert CARD not in repr(kept)


def test_an_apps_own_patterns_are_taken_too() -> None:
    policy = TracePolicy(content="redacted", patterns={"CASE": r"CN-\d{6}"})
    trace, _ = TraceRedactor().redact(make_trace(output=f"CN-123456 of {MAIL}"), [], policy)
    assert trace is not None
    assert trace.output == "[CASE] of [EMAIL]"


def test_a_detector_of_the_workspace_runs_in_every_text() -> None:
    def find(text: str) -> list[tuple[int, int, str]]:
        at = text.find("indeed")
        return [(at, at + 6, "NAME")] if at >= 0 else []

    trace, span = _redact(REDACTED, (OwnDetector("names:find", find),))
    assert trace.output.endswith("[NAME]")
    assert span.message.endswith("[NAME]")


def test_a_detector_that_fails_lets_nothing_through(caplog: pytest.LogCaptureFixture) -> None:
    def find(text: str) -> list[tuple[int, int, str]]:
        raise RuntimeError("no model")

    trace, _ = _redact(REDACTED, (OwnDetector("names:find", find),))
    assert trace.output == FAILED
    assert "names:find" in caplog.text


def test_a_value_without_an_end_is_cut() -> None:
    deep: Any = MAIL
    for _ in range(500):
        deep = [deep]
    trace, _ = TraceRedactor().redact(make_trace(input={"x": deep}), [], REDACTED)
    assert MAIL not in repr(trace)
    assert TOO_DEEP in repr(trace)


def test_one_text_that_belongs_to_a_trace() -> None:
    redactor = TraceRedactor()
    text = f"write to {MAIL}"
    assert [redactor.redact_text(text, policy) for policy in (TracePolicy(), REDACTED, NOTHING)] == [
        text,
        "write to [EMAIL]",
        "",
    ]


def test_a_pattern_that_fits_its_own_label_is_applied_once() -> None:
    policy = TracePolicy(content="redacted", patterns={"CODE": "[A-Z]{3,}"})
    assert TraceRedactor().redact_text("my ABC and ann@example.com", policy) == "my [CODE] and [EMAIL]"
