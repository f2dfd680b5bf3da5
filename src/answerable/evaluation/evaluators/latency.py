"""How long the target took."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.kind import CodeEvaluator, Kind, Options, make_prefix, make_version
from answerable.evaluation.types import Case, Evaluator, Metric, Score

_VERSION = 1


class LatencyOptions(Options):
    """There is nothing to tell it."""


def _score(case: Case, prefix: str) -> Sequence[Score]:
    measured = (("latency_ms", case.output.latency_ms), ("first_token_ms", case.output.first_token_ms))
    return [Score(f"{prefix}{name}", value) for name, value in measured if value is not None]


def _open(options: LatencyOptions, _: EvaluatorContext) -> Evaluator:
    prefix = make_prefix(options)
    metrics = (
        _describe(f"{prefix}latency_ms", "from asking to the end of the answer"),
        _describe(f"{prefix}first_token_ms", "from asking to the first text"),
    )
    return CodeEvaluator(
        options.name or "latency", make_version(_VERSION, options), metrics, partial(_score, prefix=prefix)
    )


def _describe(name: str, description: str) -> Metric:
    return Metric(name, better="lower", unit="ms", highest=None, description=description)


KIND = Kind(LatencyOptions, _open, "milliseconds to the end of the answer and to its first text")
