"""Evaluators that pass on what the run of a target measured: there is nothing to tell them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.kind import CodeEvaluator, Kind, Options, make_prefix, make_version
from answerable.evaluation.types import Case, Evaluator, Metric, Output, Score


class MeasuredOptions(Options):
    """Nothing but a name."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric, the less the better, and where it stands in an output; None there is unknown, and gives no score."""

    name: str
    unit: str
    description: str
    read: Callable[[Output], float | None]

    def to_metric(self) -> Metric:
        return Metric(self.name, better="lower", unit=self.unit, highest=None, description=self.description)


def make_kind(name: str, version: int, measures: Sequence[Measure], *, summary: str) -> Kind[MeasuredOptions]:
    """Return the kind of evaluator that gives these measures; `name` is its id unless an entry gives one."""
    return Kind(MeasuredOptions, partial(_open, name=name, version=version, measures=measures), summary)


def _open(
    options: MeasuredOptions, _: EvaluatorContext, *, name: str, version: int, measures: Sequence[Measure]
) -> Evaluator:
    own = [replace(measure, name=make_prefix(options) + measure.name) for measure in measures]
    return CodeEvaluator(
        options.name or name,
        make_version(version, options),
        [measure.to_metric() for measure in own],
        partial(_score, measures=own),
    )


def _score(case: Case, measures: Sequence[Measure]) -> Sequence[Score]:
    read = ((measure.name, measure.read(case.output)) for measure in measures)
    return [Score(metric, float(value)) for metric, value in read if value is not None]
