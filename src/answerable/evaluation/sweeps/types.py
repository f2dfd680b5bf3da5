"""The values of a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from answerable.knowledge.index_versions.types import IndexChoice
from answerable.knowledge.types import RetrievalSettings


@dataclass(frozen=True, slots=True)
class SweptIndex:
    """An index that a sweep searches. `made` says that it was built for the sweep, in `build_seconds`."""

    name: str
    embedder: str
    chunk_tokens: int
    chunk_overlap: int
    chunks: int
    bytes: int
    made: bool = False
    build_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Axes:
    """What is tried, each value with each other. An empty axis stays as it is in the variant, the baseline.

    `indexes` are names of the collection's indexes, `choices` what further ones are to be made of. A dense weight of
    None is the one that fits the language of each question, a reranker of None is going without.
    """

    indexes: tuple[str, ...] = ()
    choices: tuple[IndexChoice, ...] = ()
    dense_weights: tuple[float | None, ...] = ()
    top_ks: tuple[int, ...] = ()
    candidates: tuple[int, ...] = ()
    rerankers: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """One setting. `baseline`: it is the variant's own."""

    index: SweptIndex
    settings: RetrievalSettings
    baseline: bool = False


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over examples with its interval of 95 %; `missing` examples have no score."""

    mean: float
    low: float
    high: float
    n: int
    missing: int = 0


Verdict = Literal["better", "worse", "unclear"]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a point has over the baseline on the same examples, with its interval of 95 %.

    `p` is adjusted for the number of points (Holm 1979), so that one of many is not called better by chance.
    """

    mean: float
    low: float
    high: float
    p: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class PointResult:
    """What was measured at a point. Latencies are of the search with everything in memory, in milliseconds.

    `context_tokens` are about what a model would be shown for a question. `failed` searches count for nothing else.
    `on_front`: no other point has more quality for as little latency and as few tokens.
    """

    point: Point
    quality: Mapping[str, Estimate]
    difference: Difference | None
    latency_p50: float
    latency_p95: float
    context_tokens: float
    failed: int = 0
    on_front: bool = False


@dataclass(frozen=True, slots=True)
class Sweep:
    """A finished sweep over `examples`; `passed_over` had nothing to be found. Results come best first, by `metric`."""

    app: str
    variant: str
    collection: str
    dataset: str
    version: int
    examples: int
    passed_over: int
    metric: str
    results: tuple[PointResult, ...]

    @property
    def best(self) -> PointResult:
        return self.results[0]

    @property
    def is_improved(self) -> bool:
        """Whether the best point is better than the variant as it is, beyond chance."""
        return self.best.difference is not None and self.best.difference.verdict == "better"

    @property
    def baseline(self) -> PointResult:
        return next(result for result in self.results if result.point.baseline)
