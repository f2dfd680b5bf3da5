"""From axes to points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from math import prod
from typing import Final

from answerable.core.errors import InvalidInput
from answerable.evaluation.sweeps.types import Axes, Point, SweptIndex
from answerable.knowledge.types import RetrievalSettings

MAX_POINTS: Final = 200
MAX_TOP_K: Final = 100


def check_axes(axes: Axes) -> None:
    """Raises InvalidInput for a value that no variant could have."""
    weights = [weight for weight in axes.dense_weights if weight is not None]
    if not all(0 <= weight <= 1 for weight in weights):
        raise InvalidInput("A dense weight is a share.", hint="Choose 0 to 1, or `auto`.")
    if not all(1 <= top_k <= MAX_TOP_K for top_k in axes.top_ks):
        raise InvalidInput("A top-k is out of range.", hint=f"Choose 1 to {MAX_TOP_K}.")
    if not all(10 <= count <= 2000 for count in axes.candidates):
        raise InvalidInput("A number of candidates is out of range.", hint="Choose 10 to 2000.")
    names = len(axes.indexes) + len(axes.choices) + 1
    others = (axes.dense_weights, axes.top_ks, axes.candidates, axes.rerankers)
    check_count(names * prod(max(1, len(values)) for values in others))


def check_count(points: int) -> None:
    if points > MAX_POINTS:
        raise InvalidInput(
            f"That is {points} settings to try.", hint=f"Try at most {MAX_POINTS}: leave values out."
        )


def make_points(
    baseline: SweptIndex, settings: RetrievalSettings, others: Sequence[SweptIndex], axes: Axes
) -> list[Point]:
    """Return every combination once, the baseline first: it is there whether or not the axes hold it."""
    indexes = {index.name: index for index in (baseline, *others)}
    first = Point(baseline, settings, baseline=True)
    points = [first]
    for index, weight, top_k, candidates, reranker in product(
        indexes.values(),
        axes.dense_weights or (settings.dense_weight,),
        axes.top_ks or (settings.top_k,),
        axes.candidates or (settings.candidates,),
        axes.rerankers or (settings.reranker,),
    ):
        tried = replace(
            settings,
            dense_weight=weight,
            top_k=top_k,
            candidates=max(candidates, top_k),
            reranker=reranker,
        )
        point = Point(index, tried)
        if point != replace(first, baseline=False) and point not in points:
            points.append(point)
    return points
