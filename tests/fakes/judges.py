"""A judge without a model behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from answerable.evaluation.judging.types import JudgeApp, Judgement

CENT = Decimal("0.01")


def say(verdict: str, reason: str = "Because.") -> dict[str, Any]:
    return {"reason": reason, "verdict": verdict}


@dataclass
class FakeJudge:
    """Says one thing after the other, the last of them for ever, or what a function makes of its input.

    An exception is raised; `never` waits for ever. Remembers what it was asked.
    """

    says: Sequence[Any] | Callable[[Mapping[str, Any]], Any]
    cost_usd: Decimal | None = CENT
    asked: list[Mapping[str, Any]] = field(default_factory=list)
    trace_ids: list[str] = field(default_factory=list)
    about: list[str | None] = field(default_factory=list)

    async def __call__(
        self, app: str, input: Mapping[str, Any], trace_id: str, *, about: str | None = None
    ) -> Judgement:
        self.asked.append(input)
        self.trace_ids.append(trace_id)
        self.about.append(about)
        said = (
            self.says(input) if callable(self.says) else self.says[min(len(self.asked), len(self.says)) - 1]
        )
        if said == "never":
            await asyncio.Event().wait()
        if isinstance(said, Exception):
            raise said
        return Judgement(said, self.cost_usd, "main@0123456789ab", "openai:gpt-5-mini")


def make_judge(
    name: str = "tone", *, words: Sequence[str] = ("pass", "fail", "abstain"), **changes: Any
) -> JudgeApp:
    """Return a judge that says one of these words, or with a schema what that allows."""
    values: dict[str, Any] = {
        "name": name,
        "variant": "main@0123456789ab",
        "inputs": (
            *("question", "answer", "expected", "sources", "rubric"),
            *("conversation", "first", "second"),
        ),
        "schema": {
            "type": "object",
            "properties": {"reason": {"type": "string"}, "verdict": {"enum": list(words)}},
        },
        "models": ("openai:gpt-5-mini",),
    }
    return JudgeApp(**{**values, **changes})


def make_score_schema(**bounds: float) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"reason": {"type": "string"}, "score": {"type": "number", **bounds}},
    }
