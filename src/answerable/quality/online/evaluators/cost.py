"""What a run cost."""

from __future__ import annotations

from answerable.quality.online.evaluators.code import CodeEvaluator
from answerable.traces.types import Trace


def _measure(trace: Trace) -> float | None:
    return None if trace.cost_usd is None else float(trace.cost_usd)


EVALUATOR = CodeEvaluator("cost", "1", "US dollars; nothing where the price is unknown", _measure)
