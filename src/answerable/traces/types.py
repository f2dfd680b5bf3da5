"""A trace: one run of an app from end to end, its steps as spans, and how both are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from answerable.llm.types import Attempt, Usage

TraceStatus = Literal["ok", "error", "cancelled"]
Purpose = Literal["serve", "trial", "batch", "eval", "judge", "online"]
"""Why a run happened: asked by a user, tried in the console, a row of a batch, evaluated, judging, sampled online."""

SpanKind = Literal["internal", "server", "client", "producer", "consumer"]
SpanStatus = Literal["unset", "ok", "error"]
ContentMode = Literal["full", "redacted", "none"]

# Spans and traces are made while somebody waits for an answer, hence named tuples: a frozen data class of so many
# fields takes four times as long to make, and ten times to replace.
# Shared by all of them: nobody writes into a mapping that is given as `Mapping`.
_NOTHING: Final[Mapping[str, Any]] = {}
_NO_USAGE: Final = Usage()


@dataclass(frozen=True, slots=True)
class SpanEvent:
    """Something that happened at one moment of a span. `at_ns` is Unix time in nanoseconds."""

    name: str
    at_ns: int
    attributes: Mapping[str, Any] = field(default_factory=dict)


class Span(NamedTuple):
    """One step of a trace, as OpenTelemetry defines it; attributes are JSON values.

    `span_id` and `parent_id` have 16 hexadecimal digits, times are Unix time in nanoseconds. `service` is the
    `service.name` of the process that it comes from, ours or another one.
    """

    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    start_ns: int
    end_ns: int
    kind: SpanKind = "internal"
    status: SpanStatus = "unset"
    message: str = ""
    attributes: Mapping[str, Any] = _NOTHING
    events: tuple[SpanEvent, ...] = ()
    links: tuple[str, ...] = ()
    """`TRACE_ID-SPAN_ID` of each linked span."""
    service: str = "answerable"
    scope: str = ""


@dataclass(frozen=True, slots=True)
class TracePolicy:
    """What is kept of an app's traces, and for how long.

    `content`: prompts and answers as they are, with personal data and secrets taken out, or none of them. `keep_days`
    0 keeps them for ever. `patterns` are the app's own expressions to redact, by the name that stands in their place;
    `ip` redacts addresses of the Internet Protocol too.
    """

    content: ContentMode = "full"
    keep_days: int = 90
    patterns: Mapping[str, str] = field(default_factory=dict)
    ip: bool = False


class Trace(NamedTuple):
    """`id` is as W3C Trace Context writes it. `variant_hash` names the exact prompt, model and retrieval settings.

    `span_id` is the run's own span: a trace of another service may hold several runs. `label` is what the variant was
    found by, empty where the request named the variant itself. `raw` are texts of the model that were not what was
    wanted: they did not fit the schema, or a policy took them away. `cost_usd` None means that a price is unknown.
    `timings_ms` counts from `started_at`. `retrieval_score` is the best passage's. `citations` are the sentences with
    their verdicts, as the answer had them. `thumb` (-1, 1) and `accepted` come later, from feedback.
    """

    id: str
    started_at: datetime
    app: str
    variant: str
    variant_hash: str
    status: TraceStatus
    input: Mapping[str, Any]
    duration_ms: float = 0.0
    key_id: UUID | None = None
    user: str | None = None
    conversation_id: str | None = None
    model: str = ""
    output: str = ""
    raw: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    timings_ms: Mapping[str, float] = _NOTHING
    usage: Usage = _NO_USAGE
    cost_usd: Decimal | None = Decimal(0)
    saved_usd: Decimal | None = None
    cached: bool = False
    abstained: bool = False
    verdicts: Mapping[str, int] = _NOTHING
    error_code: str | None = None
    error_detail: str | None = None
    span_id: str = "0000000000000000"
    label: str = ""
    collection: str = ""
    purpose: Purpose = "serve"
    first_token_ms: float | None = None
    retrieval_score: float | None = None
    citations: tuple[Mapping[str, Any], ...] = ()
    thumb: int | None = None
    accepted: bool | None = None


@dataclass(frozen=True, slots=True)
class TraceFilter:
    """Which runs are meant; what is None or empty does not count. `until` is exclusive.

    `verdict` finds answers with at least one such sentence, `text` answers and inputs with all of its words.
    `feedback`: `up`, `down`, `any` or `none`.
    """

    app: str | None = None
    variant: str | None = None
    """A variant's name or id, or the start of its hash."""
    label: str | None = None
    user: str | None = None
    key_id: UUID | None = None
    conversation_id: str | None = None
    model: str | None = None
    collection: str | None = None
    purposes: tuple[Purpose, ...] = ()
    status: TraceStatus | None = None
    error_code: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    min_duration_ms: float | None = None
    min_cost_usd: Decimal | None = None
    cached: bool | None = None
    abstained: bool | None = None
    verdict: Literal["supported", "partial", "unsupported", "unchecked"] | None = None
    feedback: Literal["up", "down", "any", "none"] | None = None
    max_retrieval_score: float | None = None
    text: str | None = None
    ids: tuple[str, ...] = ()
    """Only these traces."""


@dataclass(frozen=True, slots=True)
class TracePage:
    """Runs, newest first; `next` goes on after the last one, None at the end."""

    traces: tuple[Trace, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class RunTotals:
    """What the runs of one app came to. `cost_usd` adds up what is known; `unpriced` counts the runs it leaves out."""

    runs: int
    failed: int
    cost_usd: Decimal
    unpriced: int
