"""One sweep from its plan to its results."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from answerable.apps.content import Grounding
from answerable.apps.retrieval import make_settings
from answerable.core.closeness import suggest
from answerable.core.errors import InvalidInput
from answerable.datasets.service import DatasetService
from answerable.datasets.types import DatasetVersion
from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.registry import open_evaluators
from answerable.evaluation.evaluators.spec import EvaluatorSpec
from answerable.evaluation.sweeps.comparing import summarise
from answerable.evaluation.sweeps.indexes import SweptIndexes
from answerable.evaluation.sweeps.measuring import PointRunner
from answerable.evaluation.sweeps.planning import check_axes, check_count, make_points
from answerable.evaluation.sweeps.types import Axes, Point, Sweep
from answerable.evaluation.types import Evaluator
from answerable.knowledge.index.search import SearchService

_DEPTHS: Final = (1, 5, 10)
_AT: Final = re.compile(r"[a-z_]+@(\d{1,4})")


@dataclass(frozen=True, slots=True)
class SweepPlan:
    """What to try on which examples. `metric` "": nDCG at the largest top-k. `split` None: all examples."""

    app: str
    variant: str
    grounding: Grounding
    version: DatasetVersion
    axes: Axes
    metric: str = ""
    split: str | None = None
    tags: tuple[str, ...] = ()
    seed: int = 0


async def run_sweep(
    plan: SweepPlan,
    *,
    search: SearchService,
    datasets: DatasetService,
    indexes: SweptIndexes,
    on_progress: Callable[[int], None] | None = None,
) -> Sweep:
    """Open or build the indexes, try every point on every example, and compare. No model is asked.

    Raises InvalidInput (axes, metric, examples without evidence), NotFound (collection, index, dataset), Conflict (an
    index that is behind), and Unavailable when an index cannot be built.
    """
    check_axes(plan.axes)
    baseline = await indexes.open_baseline(plan.grounding.index)
    settings = make_settings(plan.grounding)
    evaluators, metric = open_metrics(plan.metric, [settings.top_k, *plan.axes.top_ks])
    points = make_points(baseline, settings, await indexes.open_others(plan.axes), plan.axes)
    check_count(len(points))
    runner = PointRunner(
        search=search,
        collection=plan.grounding.collection,
        evaluators=evaluators,
        metrics=_list_names(evaluators),
        on_progress=on_progress,
    )
    found = await runner.measure(
        points, datasets.iterate_version(plan.version, split=plan.split, tags=plan.tags)
    )
    results = await asyncio.to_thread(summarise, found, metric, seed=plan.seed)
    return Sweep(
        app=plan.app,
        variant=plan.variant,
        collection=plan.grounding.collection,
        dataset=plan.version.dataset,
        version=plan.version.number,
        examples=len(found.weights),
        passed_over=found.passed_over,
        metric=metric,
        results=results,
    )


def open_metrics(metric: str, top_ks: Sequence[int]) -> tuple[list[Evaluator], str]:
    """Return the retrieval evaluator at the depths that are wanted, and the metric to compare by.

    Raises InvalidInput for a metric that it does not give.
    """
    deepest = max(top_ks)
    chosen = metric or f"ndcg@{deepest}"
    at = _AT.fullmatch(chosen)
    depths = sorted({*_DEPTHS, deepest, *([int(at[1])] if at else [])} - {0})
    evaluators = open_evaluators([EvaluatorSpec("retrieval", {"k": depths})], EvaluatorContext())
    names = _list_names(evaluators)
    if chosen not in names:
        raise InvalidInput(
            f"There is no metric {chosen!r} of retrieval.",
            hint=suggest(chosen, names)
            or "Choose mrr, or recall, precision, hit or ndcg with @ and a depth.",
            code="unknown_metric",
        )
    return evaluators, chosen


def write_settings(point: Point, baseline: Point) -> dict[str, str | int | float]:
    """Return what a variant's file must say to search like a point; the index where it is not the baseline's."""
    settings = point.settings
    values: dict[str, str | int | float] = {}
    if point.index.name != baseline.index.name:
        values["index"] = point.index.name
    values["top_k"] = settings.top_k
    if settings.dense_weight is not None:
        values["dense_weight"] = settings.dense_weight
    if settings.candidates != Grounding().candidates:
        values["candidates"] = settings.candidates
    if settings.reranker is not None:
        values["reranker"] = settings.reranker
    return values


def _list_names(evaluators: Sequence[Evaluator]) -> list[str]:
    return [
        metric.name
        for evaluator in evaluators
        for metric in evaluator.metrics
        if metric.name != "context_utilisation"  # without an answer nothing is used
    ]
