"""Between a variant and the model boundary: the plan of its calls, and what they came to."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Literal

from answerable.apps.content import VariantContent
from answerable.llm.routing.types import CallPlan
from answerable.llm.types import Attempt, ChatResult, Usage


def to_plan(content: VariantContent) -> CallPlan:
    """Return how the variant's model calls are tried; the whole deadline goes with each request instead."""
    chosen = content.resilience
    return CallPlan(
        tiers=content.model,
        attempts=chosen.attempts,
        attempt_deadline=chosen.attempt_deadline,
        first_token=chosen.first_token,
        stall=chosen.stall,
        retry=chosen.retry,
        hedge=chosen.hedge,
    )


@dataclass(slots=True)
class Bill:
    """The calls of one run, added up. One unknown price makes the whole unknown, never smaller."""

    usage: Usage = field(default_factory=Usage)
    cost_usd: Decimal | None = Decimal(0)
    model: str = ""
    finish_reason: Literal["stop", "length", "content_filter", "other"] = "stop"
    attempts: list[Attempt] = field(default_factory=list)

    def add(self, result: ChatResult) -> None:
        """Count a call that wrote the answer."""
        self.add_aside(result)
        self.model = result.model
        self.finish_reason = result.finish_reason

    def add_aside(self, result: ChatResult) -> None:
        """Count a call that did not write the answer, such as one that rewrote the question or checked sentences."""
        self.usage = add_usage(self.usage, result.usage)
        known = self.cost_usd is not None and result.cost_usd is not None
        self.cost_usd = self.cost_usd + result.cost_usd if known else None  # type: ignore[operator]
        self.attempts.extend(result.attempts)


def add_usage(one: Usage, other: Usage) -> Usage:
    return Usage(**{part.name: getattr(one, part.name) + getattr(other, part.name) for part in fields(Usage)})
