"""What the roll-ups need of a run: plain values, so that it can wait in a file."""

from __future__ import annotations

from typing import NamedTuple

from answerable.traces.types import Trace


class Facts(NamedTuple):
    """One run. `second` is Unix time; what has no value is empty, but for money: its None is an unknown price."""

    second: int
    app: str
    variant: str
    label: str
    model: str
    collection: str
    key_id: str
    purpose: str
    user: str
    status: str
    error_code: str
    duration_ms: float
    first_token_ms: float | None
    cached: bool
    abstained: bool
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    reasoning_tokens: int
    cost_usd: str | None
    saved_usd: str | None
    supported: int
    partial: int
    unsupported: int
    unchecked: int


def to_facts(trace: Trace) -> Facts:
    usage, verdicts = trace.usage, trace.verdicts
    return Facts(
        second=int(trace.started_at.timestamp()),
        app=trace.app,
        variant=trace.variant,
        label=trace.label,
        model=trace.model,
        collection=trace.collection,
        key_id="" if trace.key_id is None else str(trace.key_id),
        purpose=trace.purpose,
        user=trace.user or "",
        status=trace.status,
        error_code=trace.error_code or "",
        duration_ms=trace.duration_ms,
        first_token_ms=trace.first_token_ms,
        cached=trace.cached,
        abstained=trace.abstained,
        input_tokens=usage.input_tokens,
        cached_input_tokens=usage.cached_input_tokens,
        output_tokens=usage.output_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        cost_usd=None if trace.cost_usd is None else str(trace.cost_usd),
        saved_usd=None if trace.saved_usd is None else str(trace.saved_usd),
        supported=verdicts.get("supported", 0),
        partial=verdicts.get("partial", 0),
        unsupported=verdicts.get("unsupported", 0),
        unchecked=verdicts.get("unchecked", 0),
    )
