"""A judge by rubric: an app of the user's, or the built-in one with the rubric as an option."""

from __future__ import annotations

from typing import Final, Self

from pydantic import Field, model_validator

from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.judge_panel import JudgeOptions, make_metric, open_panel
from answerable.evaluation.evaluators.kind import Kind
from answerable.evaluation.judging.evaluator import JudgeEvaluator
from answerable.evaluation.judging.showing import show_case
from answerable.evaluation.types import Case, Evaluator

APP: Final = "judge-rubric"


class RubricOptions(JudgeOptions):
    """`rubric` is what the judge goes by; without `app` the built-in judge does."""

    rubric: str = Field("", max_length=8000)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.app is None and not self.rubric.strip():
            raise ValueError("a judge needs `app` (an app of yours that judges) or `rubric` (what to go by)")
        return self


def open_rubric(options: RubricOptions, context: EvaluatorContext) -> Evaluator:
    """Return the judge. Its metric is called as the options' `name`, else as the app."""
    needs = ("answer", "rubric") if options.rubric else ("answer",)
    panel, version = open_panel(options, context, kind="judge", app=APP, needs=needs, rubric=options.rubric)
    name = options.name or (panel.judge.app if options.app else "rubric")

    def show(case: Case) -> dict[str, str]:
        return show_case(case, rubric=options.rubric)

    metric = make_metric(name, panel, "What a judge says of the answer by its rubric")
    return JudgeEvaluator(panel, id=f"judge:{name}", version=version, metric=metric, show=show)


KIND: Final = Kind(
    RubricOptions,
    open_rubric,
    "A judge by rubric: an app of yours (`app`), or the built-in one with your `rubric`",
    short="app",
)
