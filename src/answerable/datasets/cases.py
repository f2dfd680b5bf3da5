"""Examples as cases of a Pydantic Evals dataset, and back.

`name`, `inputs`, `expected_output` and `metadata` are its words; what it has no word for stands below
`metadata.answerable`, where it reads over it. A case's own `evaluators` are kept in the metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from answerable.core.closeness import suggest
from answerable.core.errors import InvalidInput
from answerable.datasets.fields import read_example, write_example
from answerable.datasets.types import Example

_OURS: Final = "answerable"
_EVALUATORS: Final = "evaluators"
_KEYS: Final = ("name", "inputs", "expected_output", "metadata", _EVALUATORS)


def write_case(example: Example) -> dict[str, Any]:
    """Return an example as a case."""
    values = write_example(example)
    case = {"name": values.pop("key", None), "inputs": values.pop("input", {})}
    if "expected" in values:
        case["expected_output"] = values.pop("expected")
    metadata = dict(values.pop("metadata", {}))
    evaluators = metadata.get(_EVALUATORS)
    if isinstance(evaluators, list) and evaluators:
        del metadata[_EVALUATORS]
    else:
        evaluators = None
    if _OURS in metadata:  # somebody else's key of this name is kept out of the way
        values["metadata"], metadata = metadata, {}
    if values:
        metadata[_OURS] = values
    return {
        **{name: value for name, value in case.items() if name != "name" or value},
        **({"metadata": metadata} if metadata else {}),
        **({_EVALUATORS: evaluators} if evaluators else {}),
    }


def read_case(case: Any) -> Example:
    """Return the example of a case. Raises InvalidInput (`invalid_example`)."""
    if not isinstance(case, Mapping):
        raise _refuse("A case is a mapping.", "Write `inputs:` and `expected_output:` below `- name:`.")
    for name in case:
        if name not in _KEYS:
            raise _refuse(
                f"A case has no {str(name)[:60]!r}.",
                suggest(str(name), _KEYS)
                or f"It has {', '.join(_KEYS)}; our own fields stand in metadata.answerable.",
            )
    metadata = _read_metadata(case.get("metadata"))
    ours = metadata.pop(_OURS, {})
    if not isinstance(ours, Mapping):
        raise _refuse("metadata.answerable is a mapping.", "It holds fields such as `tags` and `evidence`.")
    metadata = _read_metadata(ours.get("metadata")) or metadata
    if case.get(_EVALUATORS):
        metadata[_EVALUATORS] = case[_EVALUATORS]
    name = case.get("name")
    return read_example(
        {
            **ours,
            "key": "" if name is None else str(name),
            "input": _read_inputs(case.get("inputs")),
            "expected": case.get("expected_output"),
            "metadata": metadata,
        }
    )


def _read_inputs(inputs: Any) -> Any:
    """Return the variables of an app: a text alone is its question."""
    if isinstance(inputs, Mapping) or inputs is None:
        return inputs or {}
    return {"question" if isinstance(inputs, str) else "input": inputs}


def _read_metadata(metadata: Any) -> dict[str, Any]:
    if metadata is None:
        return {}
    return dict(metadata) if isinstance(metadata, Mapping) else {"value": metadata}


def _refuse(detail: str, hint: str) -> InvalidInput:
    return InvalidInput(detail, hint=hint, code="invalid_example")
