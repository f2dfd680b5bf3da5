"""What a run measures that names no evaluators."""

from __future__ import annotations

from typing import Any

import pytest

from answerable.datasets.types import Evidence, Example, ToolCall
from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.defaults import default_specs
from answerable.evaluation.evaluators.registry import KINDS, open_evaluators
from tests.unit.evaluation.evaluators.test_measures import _embed

_LONG = "You may send it back within thirty days of the day on which it came."


def _choose(kind: Any, *examples: Example) -> list[str]:
    specs = default_specs(kind, examples)
    assert {spec.kind for spec in specs} <= set(KINDS)
    open_evaluators(specs, EvaluatorContext(embed=_embed))
    chosen = [spec.kind for spec in specs]
    assert chosen[-3:] == ["latency", "cost", "tokens"]
    return chosen[:-3]


@pytest.mark.parametrize(
    ("kind", "expected", "chosen"),
    [
        ("rag", "thirty days", ["squad", "contains", "grounding", "refusal"]),
        ("rag", _LONG, ["rouge_l", "similarity", "grounding", "refusal"]),
        ("prompt", "positive", ["exact", "contains"]),
        ("prompt", {"total": 3}, ["json_fields"]),
        ("prompt", [1, 2], ["exact"]),
        ("prompt", 42, ["numeric"]),
        ("prompt", "42 %", ["numeric"]),
        ("prompt", None, []),
        (None, "thirty days", ["squad", "contains"]),
    ],
)
def test_what_is_expected_decides(kind: Any, expected: Any, chosen: list[str]) -> None:
    assert _choose(kind, Example({}, expected)) == chosen


def test_what_else_the_examples_say() -> None:
    examples = (
        Example({}, evidence=(Evidence("a"),)),
        Example({}, refuse=True),
        Example({}, tool_calls=(ToolCall("find"),)),
    )
    assert _choose("agent", *examples) == ["retrieval", "refusal", "tool_calls"]


def test_an_empty_dataset_is_measured_too() -> None:
    assert _choose("prompt") == []
