"""Every point on every example.

All points are tried on a question before the next question comes, so that none has a warmer machine than another. A
search that is not counted comes first for each index: what it reads is in memory for all points alike, as it is for
questions on a busy server. Embedders remember questions, so each point is given the time of the first embedding.
"""

from __future__ import annotations

from array import array
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from answerable.core.errors import AnswerableError, CallerError, InvalidInput
from answerable.datasets.types import Example
from answerable.evaluation.scoring import score_case
from answerable.evaluation.sweeps.types import Point
from answerable.evaluation.targets.search import get_question, make_output
from answerable.evaluation.types import Case, Evaluator, Output
from answerable.knowledge.index.search import SearchResult, SearchService
from answerable.knowledge.types import Groups

_SCORE_DEADLINE: Final = 60.0
MISSING: Final = float("nan")
"""Stands where an example has no score at a point."""


@dataclass(slots=True)
class Columns:
    """What was measured at one point, an entry for each example: 8 bytes a number. NaN where there is none."""

    point: Point
    scores: dict[str, array[float]] = field(default_factory=dict)
    latencies: array[float] = field(default_factory=lambda: array("d"))
    tokens: array[float] = field(default_factory=lambda: array("d"))
    failed: int = 0

    def add_failure(self, metrics: Sequence[str]) -> None:
        self.failed += 1
        for name in metrics:
            self.scores.setdefault(name, array("d")).append(MISSING)


@dataclass(slots=True)
class Measurements:
    """`weights` has an entry for each example, `columns` one for each point."""

    columns: list[Columns]
    weights: array[float] = field(default_factory=lambda: array("d"))
    passed_over: int = 0
    """Examples that say of no passage that it should be found."""


@dataclass(slots=True)
class PointRunner:
    """Runs points. `metrics` are what is kept of the evaluators' scores; `on_progress` is told of examples done."""

    search: SearchService
    collection: str
    evaluators: Sequence[Evaluator]
    metrics: Sequence[str]
    groups: Groups = None
    on_progress: Callable[[int], None] | None = None

    async def measure(
        self, points: Sequence[Point], batches: AsyncIterator[Sequence[Example]]
    ) -> Measurements:
        """Return the scores. Raises InvalidInput when no example says what is to be found."""
        found = Measurements([Columns(point) for point in points])
        done = 0
        async for batch in batches:
            for example in batch:
                done += 1
                if example.evidence:
                    await self._try_all(example, found, first=done % len(points))
                else:
                    found.passed_over += 1
                if self.on_progress is not None:
                    self.on_progress(done)
        if not found.weights:
            raise InvalidInput(
                f"None of the {done} examples says what is to be found.",
                hint="Give examples `evidence`: the documents or passages that answer them.",
                code="no_evidence",
            )
        return found

    async def _try_all(self, example: Example, found: Measurements, *, first: int) -> None:
        """Try all points, beginning with another one each time."""
        embedding = await self._warm_up(example, [columns.point for columns in found.columns])
        for columns in (*found.columns[first:], *found.columns[:first]):
            await self._try(example, columns, embedding.get(columns.point.index.embedder, 0.0))
        found.weights.append(example.weight)

    async def _warm_up(self, example: Example, points: Sequence[Point]) -> dict[str, float]:
        """Search every index once; return for each embedder how long the question took it."""
        embedding: dict[str, float] = {}
        for name in dict.fromkeys(point.index.name for point in points):
            widest = max(
                (point for point in points if point.index.name == name), key=lambda p: p.settings.candidates
            )
            both_sides = replace(widest, settings=replace(widest.settings, dense_weight=0.5, reranker=None))
            result = await self._search(example, both_sides)
            if result is not None:
                embedding.setdefault(widest.index.embedder, result.timings_ms.get("embed", 0.0))
        return embedding

    async def _try(self, example: Example, columns: Columns, embedding: float) -> None:
        result = await self._search(example, columns.point)
        if result is None:
            columns.add_failure(self.metrics)
            return
        output = make_output(result)
        own = result.timings_ms.get("embed")
        latency = result.timings_ms["total"] + (0.0 if own is None else embedding - own)
        columns.latencies.append(latency)
        columns.tokens.append(output.input_tokens or 0)
        await self._score(example, output, columns)

    async def _search(self, example: Example, point: Point) -> SearchResult | None:
        """Return what is found; None when the search failed for a reason that may be gone at the next question."""
        try:
            return await self.search.search(
                get_question(example.input),
                collection=self.collection,
                index=point.index.name,
                groups=self.groups,
                settings=point.settings,
            )
        except CallerError as error:
            if error.code == "no_question":
                return None
            raise
        except AnswerableError:
            return None

    async def _score(self, example: Example, output: Output, columns: Columns) -> None:
        scores = await score_case(self.evaluators, Case(example, output), deadline=_SCORE_DEADLINE)
        values = {score.metric: score.value for score in scores}
        for name in self.metrics:
            value = values.get(name)
            columns.scores.setdefault(name, array("d")).append(MISSING if value is None else value)
