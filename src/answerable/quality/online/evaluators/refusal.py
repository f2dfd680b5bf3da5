"""Whether an answer declines to answer."""

from __future__ import annotations

from answerable.llm.abstention import is_abstention
from answerable.quality.online.evaluators.code import CodeEvaluator
from answerable.traces.types import Trace


def _measure(trace: Trace) -> float:
    return float(trace.abstained or is_abstention(trace.output))


EVALUATOR = CodeEvaluator(
    "refusal",
    "1",
    "1 when the app abstained or the answer is the agreed sentence that does, else 0",
    _measure,
)
