"""An evaluator that is an app of ours: of kind `prompt`, with a `score` or a `verdict` as its typed output."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal

from answerable.evaluation.judging.scale import UnreadableError, find_scale, read
from answerable.evaluation.judging.types import AskJudge, BadJudgement, FindJudge, JudgeApp, Judgement
from answerable.evaluation.judging.version import PREFIX
from answerable.knowledge.service import KnowledgeService
from answerable.quality.online.types import Assessment
from answerable.traces.types import Trace


class JudgeEvaluator:
    """Asks an app about a run.

    The app declares what it wants to see: `question`, `answer`, `sources` (the passages as they are now, numbered) and
    `input` (everything that was sent, as JSON). `trace_id` is that of the judge's own run.
    """

    source: Literal["judge"] = "judge"

    def __init__(
        self, app: str, *, trace_id: str, ask: AskJudge, find: FindJudge, knowledge: KnowledgeService
    ) -> None:
        self.name = app
        self.id = f"{PREFIX}{app}"
        self._trace_id = trace_id
        self._ask = ask
        self._find = find
        self._knowledge = knowledge

    async def assess(self, trace: Trace) -> Assessment | None:
        """Return the judge's score, None in it where it abstains; None where the answer was not kept.

        Raises BadJudgement, what finding the judge does and what running its app does.
        """
        if not trace.output:
            return None
        judge = self._find(self.name)
        shown = await self._show(trace)
        said = await self._ask(
            self.name, {name: shown[name] for name in judge.inputs if name in shown}, self._trace_id
        )
        return _read(said, judge)

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


def _read(said: Judgement, judge: JudgeApp) -> Assessment:
    try:
        found = read(said.data, find_scale(judge.schema, app=judge.name))
    except UnreadableError as error:
        raise BadJudgement(
            f"The judge {judge.name!r} {error}.",
            hint="Give the app an output schema with `reason` and `score` or `verdict`.",
            cost_usd=said.cost_usd,
        ) from error
    return Assessment(found.value, said.variant, reason=found.reason or None, cost_usd=said.cost_usd)
