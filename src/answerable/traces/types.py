"""A trace: one run of an app from end to end, as it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from answerable.llm.types import Attempt, Usage

TraceStatus = Literal["ok", "error", "cancelled"]


@dataclass(frozen=True, slots=True)
class Trace:
    """`id` is as W3C Trace Context writes it. `variant_hash` names the exact prompt, model and retrieval settings.

    `raw` are texts of the model that were not what was wanted: they did not fit the schema, or a policy took them
    away. `cost_usd` None means that a price is unknown. `timings_ms` counts from `started_at`.
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
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    cost_usd: Decimal | None = Decimal(0)
    saved_usd: Decimal | None = None
    cached: bool = False
    abstained: bool = False
    verdicts: Mapping[str, int] = field(default_factory=dict)
    error_code: str | None = None
    error_detail: str | None = None


@dataclass(frozen=True, slots=True)
class RunTotals:
    """What the runs of one app came to. `cost_usd` adds up what is known; `unpriced` counts the runs it leaves out."""

    runs: int
    failed: int
    cost_usd: Decimal
    unpriced: int
