"""How long an answer is."""

from __future__ import annotations

from answerable.quality.online.evaluators.code import CodeEvaluator
from answerable.traces.types import Trace


def _measure(trace: Trace) -> float | None:
    return float(trace.usage.output_tokens) if trace.usage.output_tokens else None


EVALUATOR = CodeEvaluator(
    "answer_length",
    "1",
    "tokens of the answer, as its model counted them; nothing where it did not",
    _measure,
)
