"""What a user's evaluator is shown of a case, and its result as scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from answerable.evaluation.types import Case, Score

SHOWN: Final = ("output", "expected", "input", "passages", "metadata", "example", "case", "ctx")
"""The parameters that a function may have."""


@dataclass(frozen=True, slots=True)
class PydanticContext:
    """A case as evaluators of Pydantic Evals see it. `duration` is in seconds."""

    name: str
    inputs: Mapping[str, Any]
    output: Any
    expected_output: Any
    metadata: Mapping[str, Any]
    duration: float
    attributes: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)


def show(case: Case) -> dict[str, Any]:
    """Return the values of the parameters in `SHOWN`; `output` is the JSON of the target if any, else its text."""
    example, output = case.example, case.output
    given = output.text if output.data is None else output.data
    metrics = {
        "input_tokens": output.input_tokens,
        "output_tokens": output.output_tokens,
        "cost": output.cost_usd,
    }
    context = PydanticContext(
        name=example.key,
        inputs=example.input,
        output=given,
        expected_output=example.expected,
        metadata=example.metadata,
        duration=(output.latency_ms or 0.0) / 1000,
        metrics={name: value for name, value in metrics.items() if value is not None},
    )
    return {
        "output": given,
        "expected": example.expected,
        "input": example.input,
        "passages": output.passages,
        "metadata": example.metadata,
        "example": example,
        "case": case,
        "ctx": context,
    }


def read_result(result: Any, name: str) -> Sequence[Score]:
    """Return the scores of a result: a number or truth value, one with its reason, several by name, None for nothing.

    Raises TypeError for anything else, such as a text.
    """
    if result is None:
        return ()
    if isinstance(result, Mapping):
        return [_read_one(value, str(key)) for key, value in result.items()]
    if isinstance(result, list):
        return [_read_one(value, name) for value in result]
    return (_read_one(result, name),)


def _read_one(result: Any, name: str) -> Score:
    if isinstance(result, Score):
        return result
    value, reason = _split(result)
    if value is None:
        return Score(name, None, reason)
    try:
        if isinstance(value, str):
            raise TypeError
        return Score(name, float(value), reason)
    except (TypeError, ValueError, OverflowError):
        told = f"{type(value).__name__} {str(value)[:40]!r}"
        raise TypeError(
            f"it returned {told}; return a number, a bool, (number, reason), or several by name"
        ) from None


def _split(result: Any) -> tuple[Any, str]:
    """Return value and reason of a pair, or of what has them as attributes."""
    if isinstance(result, tuple) and len(result) == 2:
        return result[0], str(result[1] or "")
    if hasattr(result, "value") and hasattr(result, "reason"):
        return result.value, str(result.reason or "")
    return result, ""
