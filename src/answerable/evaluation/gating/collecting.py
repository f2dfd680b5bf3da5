"""An eval run as one side of a gate."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import AsyncIterable, Sequence
from typing import Final

from answerable.evaluation.gating.types import Measured, Side
from answerable.evaluation.reports.texts import shorten, show_expected, show_input, show_output
from answerable.evaluation.runs.types import EvalRun, ItemResult

_SHOWN: Final = 4_000
"""Characters of a text that are kept to be shown."""


async def collect(run: EvalRun, batches: AsyncIterable[Sequence[ItemResult]]) -> Side:
    """Return what the run gave: in memory for each example are its values and some of its texts."""
    gathered: dict[str, _Gathered] = {}
    async for batch in batches:
        for item in batch:
            gathered.setdefault(item.example_key, _Gathered(item)).add(item)
    return Side(
        name=run.variant_id if run.target == "app" else run.target,
        variant_hash=run.variant_hash,
        dataset=run.dataset,
        version=run.version,
        version_hash=run.version_hash,
        versions={one.id: one.version for one in run.evaluators},
        metrics=run.metrics,
        sources=_name_sources(run),
        examples={key: one.to_measured() for key, one in gathered.items()},
        repeats=run.repeats,
        run_id=run.id,
        app=run.app,
        split=run.split,
        tags=run.tags,
        trust={one.metric: one.trust for one in run.summary if one.trust},
    )


class _Gathered:
    """What came of one example so far."""

    def __init__(self, first: ItemResult) -> None:
        self._first = first
        self._values: dict[str, list[float]] = defaultdict(list)
        self._unscored: Counter[str] = Counter()
        self._failed = 0
        self._output = ""

    def add(self, item: ItemResult) -> None:
        if item.output is None:
            self._failed += 1
            self._output = self._output or f"(failed: {item.error})"
            return
        if not self._output:
            self._output = shorten(show_output(item.output), _SHOWN)
        for score in item.scores:
            if score.value is None:
                self._unscored[score.metric] += 1
            else:
                self._values[score.metric].append(score.value)

    def to_measured(self) -> Measured:
        example = self._first.example
        return Measured(
            key=self._first.example_key,
            values={name: tuple(values) for name, values in self._values.items()},
            weight=self._first.weight,
            tags=frozenset(self._first.tags),
            failed=self._failed,
            unscored=dict(self._unscored),
            content_hash="" if example is None else example.content_hash,
            input=shorten(show_input(example), _SHOWN),
            expected=shorten(show_expected(example), _SHOWN),
            output=self._output,
        )


def _name_sources(run: EvalRun) -> dict[str, str]:
    """Return the evaluator of each metric: the first that gives it, as the run's metrics are those of the first."""
    sources: dict[str, str] = {}
    for evaluator in run.evaluators:
        for metric in evaluator.metrics:
            sources.setdefault(metric.name, evaluator.id)
    return sources
