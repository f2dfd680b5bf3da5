"""Points and measurements to compare."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import replace

from answerable.evaluation.sweeps.measuring import Columns, Measurements
from answerable.evaluation.sweeps.types import Point, SweptIndex
from answerable.knowledge.types import RetrievalSettings

METRIC = "ndcg@10"
INDEX = SweptIndex("main", "local:minilm", 220, 0, chunks=10, bytes=1000)


def make_point(top_k: int = 8, *, index: str = "main", baseline: bool = False) -> Point:
    return Point(replace(INDEX, name=index), RetrievalSettings(top_k=top_k), baseline=baseline)


def make_columns(
    point: Point, scores: Iterable[float], *, latency: float = 2.0, tokens: float = 900.0
) -> Columns:
    scores = list(scores)
    held = sum(not math.isnan(score) for score in scores)
    return Columns(
        point,
        {METRIC: array("d", scores)},
        latencies=array("d", [latency] * held),
        tokens=array("d", [tokens] * held),
        failed=len(scores) - held,
    )


def make_measurements(*columns: Columns, weights: Sequence[float] = ()) -> Measurements:
    count = len(columns[0].scores[METRIC])
    return Measurements(list(columns), array("d", weights or [1.0] * count))
