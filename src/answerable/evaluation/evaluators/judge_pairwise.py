"""A pairwise judge: whether the answer is better than the expected one, asked in both orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.judge_panel import JudgeOptions, open_panel
from answerable.evaluation.evaluators.kind import Kind
from answerable.evaluation.judging.evaluator import describe
from answerable.evaluation.judging.pairwise import PairJudge
from answerable.evaluation.judging.showing import show_answer, show_case
from answerable.evaluation.types import Case, Evaluator, Metric, Score

APP: Final = "judge-pairwise"
_NAME: Final = "pairwise"


class PairwiseEvaluator:
    """1 where the answer is preferred to the expected one in both orders, 0 where that is, else 0.5.

    `position_consistency` is 1 where both orders came to the same. Nothing for an example that expects no text.
    """

    source: Literal["judge"] = "judge"

    def __init__(self, judge: PairJudge, *, name: str, version: str) -> None:
        self.id = f"judge:{name}"
        self.version = version
        app = judge.panel.judge.name
        self.metrics = (
            Metric(name, description=f"How often the answer is preferred to the expected one (judge: {app})"),
            Metric(
                f"{name}.position_consistency",
                kind="binary",
                description="How often the judge says the same when the two change places",
            ),
        )
        self._judge = judge

    async def evaluate(self, case: Case) -> Sequence[Score]:
        """Return both scores. Raises as `Panel.decide` does."""
        expected = case.example.expected
        if case.example.refuse or not isinstance(expected, str) or not expected:
            return ()
        found = await self._judge.compare(
            show_case(case), show_answer(case.output), expected, about=case.output.trace_id
        )
        details = describe(found.ruling, self._judge.panel, of=case.output)
        preferred, consistency = self.metrics
        scores = [Score(preferred.name, found.value, found.reason, found.ruling.cost_usd, details)]
        if found.consistent is not None:
            scores.append(Score(consistency.name, float(found.consistent)))
        return scores


def open_pairwise(options: JudgeOptions, context: EvaluatorContext) -> Evaluator:
    needs = ("question", "first", "second")
    panel, version = open_panel(options, context, kind=_NAME, app=APP, needs=needs)
    return PairwiseEvaluator(PairJudge(panel), name=options.name or _NAME, version=version)


KIND: Final = Kind(
    JudgeOptions,
    open_pairwise,
    "A judge: whether the answer is better than the expected one, asked in both orders",
    short="app",
)
