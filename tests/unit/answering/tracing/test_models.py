"""A span for every attempt at a model, whatever becomes of the call."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from decimal import Decimal

from answerable.answering.tracing.models import trace_model
from answerable.core.clock import SystemClock
from answerable.core.errors import UpstreamFailed
from answerable.llm.types import Attempt, ChatRequest, ChatResult, Image, Message, TextDelta, Usage
from answerable.traces import conventions as names
from answerable.traces.recorder import NO_SPANS, RunSpans
from answerable.traces.types import Span

REQUEST = ChatRequest(
    (Message("system", "Be brief."), Message("user", "What is this?", (Image(b"1234", "image/png"),))),
    max_tokens=64, temperature=0.5, stop=("END",), seed=3,
)  # fmt: skip
FAILED = Attempt("azure:first", 0.0, 10.0, "upstream_failed", "It answered with 500.")
WON = Attempt("openai:second", 12.0, 30.0)
RESULT = ChatResult(
    "A cat.", "openai:second", Usage(20, 4, cached_input_tokens=8), Decimal("0.002"), response_model="second-7",
    attempts=(FAILED, Attempt("openai:spare", 11.0, 5.0, "cancelled", hedge=True), WON),
)  # fmt: skip


class Model:
    name = "azure:first"

    def __init__(self, *parts: TextDelta | ChatResult | Exception) -> None:
        self._parts = parts

    async def stream(self, request: ChatRequest) -> AsyncGenerator[TextDelta | ChatResult, None]:
        for part in self._parts:
            if isinstance(part, Exception):
                raise part
            yield part


async def ask(model: Model, *, read: int = 10) -> list[Span]:
    spans = RunSpans("a" * 32, "run ask", clock=SystemClock(), on_late=lambda span: None)
    with suppress(UpstreamFailed):
        async with aclosing(trace_model(model, spans).stream(REQUEST)) as parts:
            async for _ in parts:
                read -= 1
                if not read:
                    break
    return [span for span in spans.finish() if span.parent_id is not None]


async def test_each_attempt_is_a_client_span_and_the_one_that_answered_tells_the_rest() -> None:
    first, spare, won = await ask(Model(TextDelta("A "), TextDelta("cat."), RESULT))
    assert [span.name for span in (first, spare, won)] == ["chat first", "chat spare", "chat second"]
    assert {span.kind for span in (first, spare, won)} == {"client"}
    assert (first.status, first.attributes[names.ERROR_TYPE]) == ("error", "upstream_failed")
    assert first.attributes[names.PROVIDER] == "azure.ai.openai"
    assert spare.attributes[names.CANCELLED] is True
    assert spare.attributes[names.HEDGE] is True
    assert names.INPUT_MESSAGES not in first.attributes
    assert won.start_ns - first.start_ns == 12_000_000
    assert won.end_ns - won.start_ns == 30_000_000
    told = dict(won.attributes)
    assert 0 <= told.pop(names.FIRST_CHUNK) < 60
    assert told == {
        names.OPERATION: "chat",
        names.PROVIDER: "openai",
        names.REQUEST_MODEL: "second",
        names.RESPONSE_MODEL: "second-7",
        names.ATTEMPT: 3,
        names.REQUEST_MAX_TOKENS: 64,
        names.REQUEST_TEMPERATURE: 0.5,
        names.REQUEST_SEED: 3,
        names.REQUEST_STOP: ["END"],
        names.REQUEST_STREAM: True,
        names.OUTPUT_TYPE: "text",
        names.FINISH_REASONS: ["stop"],
        names.INPUT_TOKENS: 20,
        names.OUTPUT_TOKENS: 4,
        names.CACHE_READ_TOKENS: 8,
        names.COST: 0.002,
        names.INPUT_MESSAGES: [
            {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]},
            {
                "role": "user",
                "parts": [
                    {"type": "blob", "modality": "image", "mime_type": "image/png", "bytes": 4},
                    {"type": "text", "content": "What is this?"},
                ],
            },
        ],
        names.OUTPUT_MESSAGES: [
            {"role": "assistant", "parts": [{"type": "text", "content": "A cat."}], "finish_reason": "stop"}
        ],
    }


async def test_a_call_that_failed_leaves_its_attempts_and_the_prompt() -> None:
    error = UpstreamFailed("Nobody answered.")
    error.attempts = (FAILED, Attempt("openai:second", 20.0, 1.0, "timeout"))
    first, last = await ask(Model(error))
    assert (first.status, last.status) == ("error", "error")
    assert names.INPUT_MESSAGES in last.attributes
    assert names.OUTPUT_MESSAGES not in last.attributes


async def test_a_call_that_its_reader_left_is_a_cancelled_attempt_with_the_prompt() -> None:
    (span,) = await ask(Model(TextDelta("A "), TextDelta("cat.")), read=1)
    assert (span.name, span.status) == ("chat first", "unset")
    assert span.attributes[names.CANCELLED] is True
    assert names.INPUT_MESSAGES in span.attributes


async def test_a_reader_who_leaves_with_the_result_has_it_all() -> None:
    *_, won = await ask(Model(TextDelta("A cat."), RESULT), read=2)
    assert won.attributes[names.OUTPUT_TOKENS] == 4
    assert names.CANCELLED not in won.attributes


def test_switched_off_the_model_is_what_it_was() -> None:
    model = Model(RESULT)
    assert trace_model(model, NO_SPANS) is model
