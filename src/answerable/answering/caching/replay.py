"""A kept answer, as the answer to another request."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from decimal import Decimal

from answerable.answering.types import Answer, AnswerEvent, CitationEvent, DeltaEvent, DoneEvent, SourcesEvent
from answerable.llm.types import Usage


def is_worth_keeping(answer: Answer) -> bool:
    """Whether the answer is whole: one that was cut off or filtered is made anew."""
    return answer.finish_reason == "stop" and not answer.cached


def to_hit(answer: Answer, trace_id: str) -> Answer:
    """Return the answer as one that costs nothing. `saved_usd` is what it cost when it was made, if that is known."""
    if answer.cached:
        return replace(answer, trace_id=trace_id)
    return replace(
        answer,
        trace_id=trace_id,
        cached=True,
        cost_usd=Decimal(0),
        saved_usd=answer.cost_usd,
        tokens_used=0,
        usage=Usage(),
        attempts=(),
        timings_ms={},
        conversation_id=None,
    )


async def replay(answer: Answer, *, grounded: bool) -> AsyncGenerator[AnswerEvent, None]:
    """Yield the events of a kept answer, its text in one piece."""
    if grounded or answer.sources:
        yield SourcesEvent(answer.trace_id, answer.sources)
    if answer.answer:
        yield DeltaEvent(answer.answer)
    for citation in answer.citations:
        yield CitationEvent(citation)
    yield DoneEvent(answer)
