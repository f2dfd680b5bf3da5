"""An example as the fields of a form, and as JSON, and back.

A form ends lines as the web does and trims texts: what was not touched stays as it was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from answerable.core.errors import InvalidInput
from answerable.datasets.fields import read_example, write_example
from answerable.datasets.types import Example

_MOST_FIELDS: Final = 6
_INPUT: Final = "input."
_NOT_EDITED: Final = ("key", "provenance")


def list_variables(example: Example) -> dict[str, str] | None:
    """Return the input as texts by name; None where it holds anything else, which is edited as JSON."""
    texts = {name: value for name, value in example.input.items() if isinstance(value, str)}
    return texts if 0 < len(texts) == len(example.input) <= _MOST_FIELDS else None


def write_fields(example: Example) -> dict[str, str]:
    """Return what the form shows, by the names of its fields."""
    variables = list_variables(example)
    inputs = (
        {"input": to_json(example.input)}
        if variables is None
        else {f"{_INPUT}{k}": v for k, v in variables.items()}
    )
    lines = any("\n" in text for text in example.acceptable)  # such texts are edited as JSON
    return {
        **inputs,
        "expected": _write_expected(example.expected),
        **({} if lines else {"acceptable": "\n".join(example.acceptable)}),
        "tags": " ".join(example.tags),
        "split": example.split,
        "weight": f"{example.weight:g}",
    }


def read_fields(fields: Mapping[str, str], before: Example) -> Example:
    """Return `before` as the form says it. Raises InvalidInput."""
    shown = write_fields(before)
    said = {name: text.replace("\r\n", "\n") for name, text in fields.items()}
    changed = {name: text for name, text in said.items() if text.strip() != shown.get(name, "").strip()}
    example = replace(before, input=_read_input(changed, before), refuse="refuse" in fields)
    if "expected" in changed:
        example = replace(example, expected=_read_expected(changed["expected"], before.expected))
    if "acceptable" in changed:
        example = replace(
            example, acceptable=tuple(filter(None, map(str.strip, changed["acceptable"].split("\n"))))
        )
    if "tags" in changed:
        example = replace(example, tags=tuple(dict.fromkeys(changed["tags"].replace(",", " ").split())))
    if "weight" in changed:
        example = replace(example, weight=_read_weight(changed["weight"]))
    return replace(example, split=changed.get("split", before.split), key=before.key or said.get("key", ""))


def write_json(example: Example) -> str:
    """Return the whole example but for what is not edited, as JSON over several lines."""
    return to_json({name: value for name, value in write_example(example).items() if name not in _NOT_EDITED})


def read_json(text: str, before: Example, *, key: str = "") -> Example:
    """Return the example of a JSON text, with the key and the provenance of `before`. Raises InvalidInput."""
    values = _parse(text, "The example")
    if isinstance(values, Mapping):
        values = {name: value for name, value in values.items() if name != "provenance"}
    found = read_example(values)
    return replace(found, key=before.key or key or found.key, provenance=before.provenance)


def to_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _read_input(changed: Mapping[str, str], before: Example) -> Mapping[str, Any]:
    if "input" in changed:
        values = _parse(changed["input"], "The input")
        if not isinstance(values, Mapping):
            raise _refuse("The input is no JSON object.", 'Write {"question": "..."}.')
        return values
    texts = {name.removeprefix(_INPUT): text for name, text in changed.items() if name.startswith(_INPUT)}
    values = {**before.input, **texts}
    if not any(str(value).strip() for value in values.values()):
        raise _refuse("The example asks nothing.", f"Fill in {' or '.join(map(repr, values))}.")
    return values


def _write_expected(expected: Any) -> str:
    if expected is None:
        return ""
    return expected if isinstance(expected, str) else to_json(expected)


def _read_expected(text: str, before: Any) -> Any:
    """Return what is expected: JSON where it was JSON before, and nothing for an empty text."""
    if not text.strip():
        return None
    return text if before is None or isinstance(before, str) else _parse(text, "What is expected")


def _read_weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _refuse(f"{text[:40]!r} is no weight.", "Write a number above 0, such as 2.") from None


def _parse(text: str, what: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refuse(f"{what} is no JSON.", str(error)) from error


def _refuse(detail: str, hint: str) -> InvalidInput:
    return InvalidInput(detail, hint=hint, code="invalid_example")
