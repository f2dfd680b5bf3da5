"""Whether an item passed: all of its numbers that are right or wrong are right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from answerable.evaluation.runs.types import EvalRun, ItemResult, ItemScore
from answerable.evaluation.types import Metric

Outcome = Literal["passed", "failed", "error", "unrated"]


@dataclass(frozen=True, slots=True)
class Rating:
    """`error`: the target gave nothing. `failed`: one of `wrong` is 0 where 1 is right. `unrated`: nothing of the item
    is right or wrong."""

    outcome: Outcome
    wrong: tuple[ItemScore, ...] = ()


def list_rated(run: EvalRun) -> frozenset[str]:
    """Return the metrics that are right or wrong.

    An evaluator says right or wrong by its first metric, where that is 0 or 1 and 1 is the better: one that first gives
    a grade, as the F1 of an answer, does not.
    """
    return find_rated(evaluator.metrics for evaluator in run.evaluators)


def find_rated(evaluators: Iterable[Sequence[Metric]]) -> frozenset[str]:
    """Return the metrics that are right or wrong, of the metrics of each evaluator."""
    first = [metrics[0] for metrics in evaluators if metrics]
    return frozenset(one.name for one in first if (one.kind, one.better) == ("binary", "higher"))


def rate(result: ItemResult, rated: Set[str]) -> Rating:
    """Rate an item by the metrics of `list_rated`."""
    if result.output is None:
        return Rating("error")
    scores = [one for one in result.scores if one.metric in rated and one.value is not None]
    if not scores:
        return Rating("unrated")
    wrong = tuple(one for one in scores if one.value == 0)
    return Rating("failed" if wrong else "passed", wrong)
