"""The evaluators by kind. A new one is a file here and a line in `KINDS`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from answerable.core.errors import FieldProblem, InvalidFields
from answerable.evaluation.evaluators import (
    contains,
    cost,
    exact,
    grounding,
    json_fields,
    judge_conversation,
    judge_faithfulness,
    judge_pairwise,
    judge_relevance,
    judge_rubric,
    latency,
    numeric,
    python,
    refusal,
    regex,
    retrieval,
    rouge_l,
    similarity,
    squad,
    tokens,
    tool_calls,
)
from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.kind import Kind
from answerable.evaluation.evaluators.spec import EvaluatorSpec
from answerable.evaluation.types import Evaluator, Metric

KINDS: Final[dict[str, Kind[Any]]] = {
    "exact": exact.KIND,
    "contains": contains.KIND,
    "regex": regex.KIND,
    "numeric": numeric.KIND,
    "json_fields": json_fields.KIND,
    "rouge_l": rouge_l.KIND,
    "similarity": similarity.KIND,
    "squad": squad.KIND,
    "retrieval": retrieval.KIND,
    "grounding": grounding.KIND,
    "refusal": refusal.KIND,
    "tool_calls": tool_calls.KIND,
    "latency": latency.KIND,
    "cost": cost.KIND,
    "tokens": tokens.KIND,
    "judge": judge_rubric.KIND,
    "faithfulness": judge_faithfulness.KIND,
    "relevance": judge_relevance.KIND,
    "pairwise": judge_pairwise.KIND,
    "conversation": judge_conversation.KIND,
    "python": python.KIND,
}


def open_evaluators(specs: Sequence[EvaluatorSpec], context: EvaluatorContext) -> list[Evaluator]:
    """Return the evaluators in the order of their specs, which `read_specs` has checked.

    Raises SetupError where the context lacks what one needs, and InvalidFields where two have one id or give one
    metric.
    """
    opened = [_open(spec, context) for spec in specs]
    _check_unique(opened)
    return opened


def describe_metrics(evaluators: Sequence[Evaluator]) -> dict[str, Metric]:
    """Return every metric that the evaluators give, by name."""
    return {metric.name: metric for evaluator in evaluators for metric in evaluator.metrics}


def _open(spec: EvaluatorSpec, context: EvaluatorContext) -> Evaluator:
    kind = KINDS[spec.kind]
    evaluator: Evaluator = kind.open(kind.options.model_validate(dict(spec.options)), context)
    return evaluator


def _check_unique(evaluators: Sequence[Evaluator]) -> None:
    ids = Counter(evaluator.id for evaluator in evaluators)
    names = Counter(metric.name for evaluator in evaluators for metric in evaluator.metrics)
    problems = [
        FieldProblem(id, f"{count} evaluators are called so.") for id, count in ids.items() if count > 1
    ]
    if not problems:
        problems = [
            FieldProblem(name, f"{count} evaluators give this metric.")
            for name, count in names.items()
            if count > 1
        ]
    if problems:
        raise InvalidFields(
            "The evaluators cannot be told apart",
            problems,
            hint="Give all but one of them a `name`.",
            code="evaluators_alike",
        )
