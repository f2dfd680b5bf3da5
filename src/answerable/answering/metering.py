"""What a run uses, counted as it goes: a call that never came to its end too, about as its provider will charge it.

Without that, who hangs up before the last word would use a model and no budget.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from types import TracebackType
from typing import Final, Self

from answerable.llm.tokens import estimate_tokens
from answerable.llm.types import ChatModel, ChatRequest, ChatResult, TextDelta, Usage

FindCost = Callable[[str, Usage], Decimal | None]
"""The price of a call in US dollars by the model's name, None where it is unknown."""

IMAGE_TOKENS: Final = 1_000
"""About what providers count for a picture of the size that we send."""
_LEFT: Final = (GeneratorExit, asyncio.CancelledError)


@dataclass(slots=True)
class Meter:
    """The sum of a run's calls that have ended. `cost_usd` is None once the price of one is unknown.

    `open` counts those under way: a reader who leaves while others wait for the same answer pays for none of it.
    """

    calls: int = 0
    tokens: int = 0
    cost_usd: Decimal | None = field(default_factory=Decimal)
    open: int = 0

    def add(self, tokens: int, cost_usd: Decimal | None) -> None:
        self.calls += 1
        self.tokens += tokens
        known = self.cost_usd is not None and cost_usd is not None
        self.cost_usd = self.cost_usd + cost_usd if known else None  # type: ignore[operator]


class MeteredCall:
    """One call of a model. It is told what is heard of it, and adds it up when it ends, however it ends."""

    def __init__(self, meter: Meter, model: ChatModel, request: ChatRequest, find_cost: FindCost) -> None:
        self.parts = model.stream(request)
        self._meter = meter
        self._name = model.name
        self._request = request
        self._find_cost = find_cost
        self._said: list[str] = []
        self._result: ChatResult | None = None

    def hear(self, part: TextDelta | ChatResult) -> None:
        if isinstance(part, ChatResult):
            self._result = part
        else:
            self._said.append(part.text)

    async def __aenter__(self) -> Self:
        self._meter.open += 1
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the call, if it has not ended, and count it."""
        try:
            await self.parts.aclose()
        finally:
            self._meter.open -= 1
            self._count(error)

    def _count(self, error: BaseException | None) -> None:
        if self._result is not None:
            self._meter.add(self._result.usage.total, self._result.cost_usd)
        elif self._said or isinstance(error, _LEFT):
            usage = self._estimate()
            self._meter.add(usage.total, self._find_cost(_find_model(error) or self._name, usage))
        elif getattr(error, "attempts", ()):
            # Nothing was said: a provider rarely charges that, but whether it does is not known.
            self._meter.add(0, None)

    def _estimate(self) -> Usage:
        messages = self._request.messages
        asked = sum(estimate_tokens(message.content) for message in messages)
        images = sum(len(message.images) for message in messages)
        return Usage(
            input_tokens=asked + images * IMAGE_TOKENS, output_tokens=estimate_tokens("".join(self._said))
        )


def _find_model(error: BaseException | None) -> str | None:
    """Return which model a failed call was with last; of one that its reader left nobody says."""
    attempts = getattr(error, "attempts", ())
    return attempts[-1].model if attempts else None


class MeteredModel:
    """Implements `answerable.llm.types.ChatModel`: each call is counted, and `on_result` hears what came of it."""

    def __init__(
        self, model: ChatModel, meter: Meter, find_cost: FindCost, on_result: Callable[[ChatResult], None]
    ) -> None:
        self.name = model.name
        self._model = model
        self._meter = meter
        self._find_cost = find_cost
        self._on_result = on_result

    async def stream(self, request: ChatRequest) -> AsyncGenerator[TextDelta | ChatResult, None]:
        """Yield what the model yields, and raise what it raises."""
        async with MeteredCall(self._meter, self._model, request, self._find_cost) as call:
            async for part in call.parts:
                call.hear(part)
                if isinstance(part, ChatResult):
                    self._on_result(part)
                yield part
