"""What the target cost."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.kind import CodeEvaluator, Kind, Options, make_version
from answerable.evaluation.types import Case, Evaluator, Metric, Score

_VERSION = 1


class CostOptions(Options):
    """There is nothing to tell it."""


def _score(case: Case, metric: str) -> Sequence[Score]:
    """Return nothing where the price is unknown: that is not free."""
    cost = case.output.cost_usd
    return () if cost is None else (Score(metric, float(cost)),)


def _open(options: CostOptions, _: EvaluatorContext) -> Evaluator:
    name = "cost_usd" if options.name is None else f"{options.name}.cost_usd"
    metric = Metric(name, better="lower", unit="USD", highest=None, description="US dollars for an output")
    return CodeEvaluator(
        options.name or "cost", make_version(_VERSION, options), (metric,), partial(_score, metric=name)
    )


KIND = Kind(CostOptions, _open, "US dollars for an output, where prices are known")
