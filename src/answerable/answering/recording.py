"""From a run to its trace."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime
from decimal import Decimal
from typing import Any

from answerable.answering.calls import Bill
from answerable.answering.runs import Work
from answerable.answering.tracing.steps import find_nearness
from answerable.answering.types import Answer, Citation, RunRequest
from answerable.core.errors import AnswerableError
from answerable.llm.types import Attempt, Image, Message
from answerable.traces.types import Trace

_CANCELLED = (GeneratorExit, asyncio.CancelledError)


def to_trace(
    work: Work, began: datetime, duration_ms: float, *, answer: Answer | None, failure: BaseException | None
) -> Trace:
    """Return what is kept of a run; without an `answer` it failed, or its reader went away."""
    base = Trace(
        id=work.trace_id,
        started_at=began,
        app=work.variant.app,
        variant=work.variant.id,
        variant_hash=work.variant.hash,
        status="ok",
        input=_describe_work(work),
        duration_ms=round(duration_ms, 2),
        key_id=work.caller.key_id,
        user=work.caller.user,
        conversation_id=work.request.conversation_id,
        raw=tuple(work.raw),
        span_id=work.spans.root.id,
        label=work.label,
        collection=work.collection,
        purpose=work.request.purpose,
        first_token_ms=None if work.first_text is None else round((work.first_text - work.started) * 1000, 2),
    )
    if answer is not None:
        return _add_answer(base, answer)
    if failure is None or isinstance(failure, _CANCELLED):
        return base._replace(status="cancelled", cost_usd=None)
    return _add_failure(base, failure)


def _describe_work(work: Work) -> dict[str, Any]:
    described = describe_input(work.request)
    return described if work.searched_for is None else {**described, "searched_for": work.searched_for}


def describe_input(request: RunRequest) -> dict[str, Any]:
    """Return the request as JSON: what was asked and what it overrode. A file stands as its digest and size."""
    values: dict[str, Any] = {"input": {name: _describe(value) for name, value in request.input.items()}}
    if request.history:
        values["history"] = [_describe_message(message) for message in request.history]
    if request.messages:
        values["messages"] = [_describe_message(message) for message in request.messages]
    if request.output is not None:
        values["output"] = {"mode": request.output.mode, "schema": dict(request.output.schema)}
    for name in ("max_tokens", "temperature", "top_p", "seed", "collection"):
        value = getattr(request, name)
        if value is not None:
            values[name] = value
    if request.stop:
        values["stop"] = list(request.stop)
    return values


def _add_answer(trace: Trace, answer: Answer) -> Trace:
    return trace._replace(
        model=answer.model,
        output=answer.answer,
        sources=tuple(hit.chunk_id for hit in answer.sources),
        attempts=answer.attempts,
        timings_ms=answer.timings_ms,
        usage=answer.usage,
        cost_usd=answer.cost_usd,
        saved_usd=answer.saved_usd,
        cached=answer.cached,
        abstained=answer.abstained,
        verdicts=answer.verdict_counts,
        retrieval_score=find_nearness(answer.sources),
        citations=tuple(map(_describe_citation, answer.citations)),
    )


def _describe_citation(citation: Citation) -> dict[str, Any]:
    return {
        "sentence": citation.sentence,
        "start": citation.start,
        "end": citation.end,
        "markers": list(citation.markers),
        "verdict": citation.verdict,
        "score": round(citation.score, 4),
        "source": citation.source,
        "passage_start": citation.passage_start,
        "passage_end": citation.passage_end,
        "reason": citation.reason,
    }


def _add_failure(trace: Trace, failure: BaseException) -> Trace:
    bill = find_bill(failure)
    if bill is not None:
        trace = trace._replace(model=bill.model, usage=bill.usage)
    told = (
        (failure.code, failure.detail)
        if isinstance(failure, AnswerableError)
        else ("unforeseen", type(failure).__name__)
    )
    return trace._replace(
        status="error",
        cost_usd=find_failed_cost(failure),
        attempts=list_attempts(failure),
        error_code=told[0],
        error_detail=told[1],
    )


def list_attempts(failure: BaseException | None) -> tuple[Attempt, ...]:
    """Return the tries at models that a failed run made."""
    return tuple(getattr(failure, "attempts", None) or ())


def find_bill(failure: BaseException | None) -> Bill | None:
    """Return what the calls of a failed run came to, where that is known."""
    return getattr(failure, "bill", None)


def find_failed_cost(failure: BaseException) -> Decimal | None:
    """Return what a failed run cost in US dollars.

    What a failed call cost is not known (None): a provider may have counted tokens before it broke off. Calls that
    went well and did not help, such as an answer that fits no schema, have a bill.
    """
    bill = find_bill(failure)
    if bill is not None:
        return bill.cost_usd
    return None if list_attempts(failure) else Decimal(0)


def _describe(value: Any) -> Any:
    if isinstance(value, Image):
        return {"media_type": value.media_type, **_describe(value.data)}
    if isinstance(value, bytes):
        return {"sha256": hashlib.sha256(value).hexdigest(), "bytes": len(value)}
    if isinstance(value, list | tuple):
        return [_describe(entry) for entry in value]
    return value


def _describe_message(message: Message) -> dict[str, Any]:
    described: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.images:
        described["images"] = [_describe(image) for image in message.images]
    return described
