"""An evaluator that is an app of ours: of kind `prompt`, with typed output `{score, reason}`."""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from answerable.apps.service import AppService
from answerable.core.errors import InvalidInput
from answerable.knowledge.service import KnowledgeService
from answerable.quality.online.types import Assessment
from answerable.traces.types import Trace

PREFIX: Final = "judge:"
"""Begins the name of an evaluator that is an app: `judge:tone` asks the app `tone`."""
_MAX_REASON: Final = 4000


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge said. `variant` is the id of the variant that did."""

    data: Any
    cost_usd: Decimal | None
    variant: str


AskJudge = Callable[[str, Mapping[str, Any], str], Awaitable[Judgement]]
"""Runs an app with an input under a trace id, as a run of the purpose `judge`."""


class BadJudgement(InvalidInput):
    """A judge answered with something that is no score. `cost_usd` is what that cost."""

    code = "bad_judgement"

    def __init__(self, detail: str, *, hint: str, cost_usd: Decimal | None) -> None:
        super().__init__(detail, hint=hint)
        self.cost_usd = cost_usd


class JudgeEvaluator:
    """Asks an app about a run.

    The app declares what it wants to see: `question`, `answer`, `sources` (the passages as they are now, numbered) and
    `input` (everything that was sent, as JSON). `trace_id` is that of the judge's own run.
    """

    source: Literal["judge"] = "judge"

    def __init__(
        self, app: str, *, trace_id: str, ask: AskJudge, apps: AppService, knowledge: KnowledgeService
    ) -> None:
        self.name = app
        self.id = f"{PREFIX}{app}"
        self._trace_id = trace_id
        self._ask = ask
        self._apps = apps
        self._knowledge = knowledge

    async def assess(self, trace: Trace) -> Assessment | None:
        """Return the judge's score; None where the answer was not kept. Raises BadJudgement, and what the app does."""
        if not trace.output:
            return None
        declared = self._apps.get_variant(self.name).content.input
        shown = await self._show(trace)
        said = await self._ask(
            self.name, {name: shown[name] for name in declared if name in shown}, self._trace_id
        )
        return _read(said, self.name)

    async def _show(self, trace: Trace) -> dict[str, str]:
        passages = await self._knowledge.list_passages(trace.sources)
        found = [passages[id].text if id in passages else "(deleted since)" for id in trace.sources]
        return {
            "question": find_question(trace),
            "answer": trace.output,
            "sources": "\n\n".join(f"[{number}] {text}" for number, text in enumerate(found, 1)),
            "input": json.dumps(trace.input, ensure_ascii=False),
        }


def find_question(trace: Trace) -> str:
    """Return what was asked: the question, the last message, or all of the input as JSON."""
    given = trace.input.get("input", {})
    if isinstance(given, Mapping) and isinstance(given.get("question"), str):
        return str(given["question"])
    messages = trace.input.get("messages") or ()
    if messages:
        return str(messages[-1].get("content", ""))
    return json.dumps(given, ensure_ascii=False)


def _read(said: Judgement, app: str) -> Assessment:
    fields = said.data if isinstance(said.data, Mapping) else {}
    score, reason = fields.get("score"), fields.get("reason")
    if isinstance(score, bool) or not isinstance(score, int | float) or not math.isfinite(score):
        raise BadJudgement(
            f"The judge {app!r} did not answer with a number called `score`.",
            hint="Give the app an output schema with `score` (a number) and `reason` (a string).",
            cost_usd=said.cost_usd,
        )
    text = reason[:_MAX_REASON] if isinstance(reason, str) else None
    return Assessment(float(score), said.variant, reason=text, cost_usd=said.cost_usd)
