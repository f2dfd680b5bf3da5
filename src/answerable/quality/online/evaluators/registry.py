"""The evaluators by name. A new one that is code is a file here and a line in `EVALUATORS`."""

from __future__ import annotations

from typing import Final

from answerable.evaluation.judging.types import AskJudge, FindJudge
from answerable.evaluation.judging.version import PREFIX
from answerable.knowledge.service import KnowledgeService
from answerable.quality.online.evaluators import answer_length, cost, latency, refusal, supported_share
from answerable.quality.online.evaluators.code import CodeEvaluator
from answerable.quality.online.judge import JudgeEvaluator
from answerable.quality.online.types import Evaluator

EVALUATORS: Final[dict[str, CodeEvaluator]] = {
    module.EVALUATOR.name: module.EVALUATOR
    for module in (supported_share, answer_length, refusal, latency, cost)
}


class Evaluators:
    """What scores: code, and apps that judge."""

    def __init__(self, *, ask: AskJudge, find: FindJudge, knowledge: KnowledgeService) -> None:
        self._ask = ask
        self._find = find
        self._knowledge = knowledge

    def open(self, id: str, *, judge_trace_id: str) -> Evaluator:
        """Return the evaluator that the settings name so; the run of a judge gets that trace id."""
        if not id.startswith(PREFIX):
            return EVALUATORS[id]
        return JudgeEvaluator(
            id.removeprefix(PREFIX),
            trace_id=judge_trace_id,
            ask=self._ask,
            find=self._find,
            knowledge=self._knowledge,
        )
