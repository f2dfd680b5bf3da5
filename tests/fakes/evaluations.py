"""Things to measure and evaluators that need no model, for tests of eval runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from answerable.datasets.types import Example
from answerable.evaluation.targets.types import Measured
from answerable.evaluation.types import Case, Metric, Output, Score

Answer = Callable[[Example], Awaitable[Output]]


@dataclass(slots=True)
class CountingTarget:
    """Answers with what is expected, and counts how often each question came. `answer` says something else instead."""

    cost_usd: Decimal | None = Decimal("0.01")
    answer: Answer | None = None
    asked: Counter[str] = field(default_factory=Counter)

    async def __call__(self, example: Example) -> Output:
        self.asked[str(example.input["question"])] += 1
        if self.answer is not None:
            return await self.answer(example)
        return Output(text=str(example.expected), cost_usd=self.cost_usd, latency_ms=5.0)


def measure(target: Answer, *, reusable: bool = True, variant_hash: str = "h" * 64) -> Measured:
    return Measured("faq", "plain@hhhhhhhhhhhh", variant_hash, "app", target, reusable=reusable)


@dataclass(slots=True)
class Exact:
    """1 where the output is what is expected."""

    version: str = "1"
    id: str = "same"
    source: Literal["code", "judge"] = "code"
    cost_usd: Decimal = Decimal(0)
    scored: Counter[str] = field(default_factory=Counter)

    @property
    def metrics(self) -> Sequence[Metric]:
        return (Metric("same", kind="binary"),)

    async def evaluate(self, case: Case) -> Sequence[Score]:
        self.scored[str(case.example.input["question"])] += 1
        value = float(case.output.text == case.example.expected)
        return [Score("same", value, reason="compared", cost_usd=self.cost_usd)]
