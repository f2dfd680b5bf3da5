"""How much of an answer its sources support."""

from __future__ import annotations

from answerable.quality.online.evaluators.code import CodeEvaluator
from answerable.traces.types import Trace


def _measure(trace: Trace) -> float | None:
    checked = sum(trace.verdicts.get(verdict, 0) for verdict in ("supported", "partial", "unsupported"))
    return trace.verdicts.get("supported", 0) / checked if checked else None


EVALUATOR = CodeEvaluator(
    "supported_share",
    "1",
    "the share of checked sentences with the verdict `supported`; nothing without a checked sentence",
    _measure,
)
