"""Relevance: whether an answer answers what was asked, right or wrong."""

from __future__ import annotations

from typing import Final

from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.judge_panel import JudgeOptions, make_metric, open_panel
from answerable.evaluation.evaluators.kind import Kind
from answerable.evaluation.judging.evaluator import JudgeEvaluator
from answerable.evaluation.judging.showing import show_case
from answerable.evaluation.types import Case, Evaluator

APP: Final = "judge-relevance"
_NAME: Final = "relevance"


def open_relevance(options: JudgeOptions, context: EvaluatorContext) -> Evaluator:
    panel, version = open_panel(options, context, kind=_NAME, app=APP, needs=("question", "answer"))
    name = options.name or _NAME
    metric = make_metric(name, panel, "Whether the answer answers what was asked")
    return JudgeEvaluator(panel, id=f"judge:{name}", version=version, metric=metric, show=_show)


def _show(case: Case) -> dict[str, str] | None:
    """An example that is to be refused has no relevant answer: the evaluator `refusal` is about it."""
    return None if case.example.refuse else show_case(case)


KIND: Final = Kind(
    JudgeOptions, open_relevance, "A judge: whether the answer answers what was asked", short="app"
)
