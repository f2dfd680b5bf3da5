"""How long a run took."""

from __future__ import annotations

from answerable.quality.online.evaluators.code import CodeEvaluator
from answerable.traces.types import Trace


def _measure(trace: Trace) -> float:
    return trace.duration_ms


EVALUATOR = CodeEvaluator("latency", "1", "milliseconds until the last token", _measure)
