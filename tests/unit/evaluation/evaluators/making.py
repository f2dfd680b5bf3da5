"""Cases and scores for the tests of evaluators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from answerable.datasets.types import Example
from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.reading import read_specs
from answerable.evaluation.evaluators.registry import open_evaluators
from answerable.evaluation.runs.types import ItemScore
from answerable.evaluation.scoring import score_case
from answerable.evaluation.types import Case, Evaluator, Output


def make_case(output: str | Output, expected: Any = None, **example: Any) -> Case:
    """Return a case of an example that expects this."""
    given = Output(text=output) if isinstance(output, str) else output
    return Case(Example({"question": "Which?"}, expected, **example), given)


def open_one(entry: Any, context: EvaluatorContext | None = None) -> Evaluator:
    (evaluator,) = open_evaluators(read_specs([entry]), context or EvaluatorContext())
    return evaluator


async def score(entry: Any, case: Case, context: EvaluatorContext | None = None) -> dict[str, float | None]:
    """Return the values that an evaluator gives, by metric; a failure fails the test."""
    scores = await score_all(entry, case, context)
    assert not [one.error for one in scores if one.error]
    return {one.metric: one.value for one in scores}


async def score_all(entry: Any, case: Case, context: EvaluatorContext | None = None) -> Sequence[ItemScore]:
    return await score_case([open_one(entry, context)], case, deadline=60.0)
