"""Calls to a provider carry the trace where that is wanted, by both ways to a model."""

from __future__ import annotations

import pytest

from answerable.answering.tracing.models import trace_model
from answerable.core.clock import SystemClock
from answerable.llm.service import Models
from answerable.llm.types import ChatRequest, Message, OutputSchema
from answerable.traces.origin import RemoteSpan
from answerable.traces.recorder import RunSpans
from tests.integration.llm.conftest import FakeModels

TRACE = "ab" * 16
PLAIN = ChatRequest((Message("user", "Hello"),))
TYPED = ChatRequest(
    (Message("user", "Hello"),),
    output=OutputSchema({"type": "object", "properties": {"a": {"type": "string"}}}),
)


async def ask(models: Models, request: ChatRequest, *, propagates: bool, sampled: bool = True) -> str:
    """Return the id of the span that the call left."""
    caller = RemoteSpan(TRACE, "cd" * 8, sampled=sampled)
    spans = RunSpans(
        TRACE, "run", clock=SystemClock(), on_late=lambda span: None, caller=caller, propagates=propagates
    )
    async for _ in trace_model(models.chat("mine:fake-1"), spans).stream(request):
        pass
    return spans.finish()[-1].span_id


@pytest.mark.parametrize("request_", [PLAIN, TYPED], ids=["plain", "typed"])
@pytest.mark.parametrize("sampled", [True, False])
async def test_the_provider_is_told_which_span_calls_it(
    models: Models, fake: FakeModels, request_: ChatRequest, sampled: bool
) -> None:
    span_id = await ask(models, request_, propagates=True, sampled=sampled)
    flags = "01" if sampled else "00"
    assert fake.list_requests()[-1]["traceparent"] == f"00-{TRACE}-{span_id}-{flags}"


@pytest.mark.parametrize("request_", [PLAIN, TYPED], ids=["plain", "typed"])
async def test_else_it_is_told_nothing(models: Models, fake: FakeModels, request_: ChatRequest) -> None:
    await ask(models, request_, propagates=False)
    assert fake.list_requests()[-1]["traceparent"] == ""
