"""Between a variant and the model boundary: the plan of its calls, and what they came to."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Literal

from answerable.apps.content import VariantContent
from answerable.llm.routing.types import CallPlan
from answerable.llm.types import Attempt, ChatModel, ChatRequest, ChatResult, TextDelta, Usage


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
        self.add_beside(result)
        self.model = result.model
        self.finish_reason = result.finish_reason

    def add_beside(self, result: ChatResult) -> None:
        """Count a call that the answer needed and did not come from."""
        self.usage = add_usage(self.usage, result.usage)
        known = self.cost_usd is not None and result.cost_usd is not None
        self.cost_usd = self.cost_usd + result.cost_usd if known else None  # type: ignore[operator]
        self.attempts.extend(result.attempts)


class BilledModel:
    """Implements `answerable.llm.types.ChatModel`: another one whose calls are counted beside those of the answer."""

    def __init__(self, model: ChatModel, bill: Bill) -> None:
        self.name = model.name
        self._model = model
        self._bill = bill

    async def stream(self, request: ChatRequest) -> AsyncGenerator[TextDelta | ChatResult, None]:
        """Yield what the model yields."""
        async with aclosing(self._model.stream(request)) as parts:
            async for part in parts:
                if isinstance(part, ChatResult):
                    self._bill.add_beside(part)
                yield part


def add_usage(one: Usage, other: Usage) -> Usage:
    return Usage(**{part.name: getattr(one, part.name) + getattr(other, part.name) for part in fields(Usage)})
