"""Labels as they are written on the command line: `NAME=VALUE`, the value as its label has it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from answerable.core.errors import InvalidInput
from answerable.reviews.labels import Label

_YES: Final = frozenset({"yes", "y", "true", "1"})
_NO: Final = frozenset({"no", "n", "false", "0"})


def read_labels(labels: Sequence[Label], given: Sequence[str]) -> dict[str, Any]:
    """Return the answers; what is wrong with a value is left for the check that all answers go through.

    Raises InvalidInput for what is no `NAME=VALUE`, and for a name that comes twice.
    """
    known = {label.name: label for label in labels}
    answers: dict[str, Any] = {}
    for entry in given:
        name, equals, value = entry.partition("=")
        if not equals or name in answers:
            problem = "comes twice" if equals else "has no value"
            raise InvalidInput(f"The label {name[:60]!r} {problem}.", hint=_hint(labels))
        answers[name] = _read(known[name], value) if name in known else value
    return answers


def describe_label(label: Label) -> str:
    """Return how a label is written: `correct=yes|no`."""
    written = {
        "boolean": "yes|no",
        "category": ("," if label.many else "|").join(label.values),
        "scale": f"{label.least}..{label.most}",
        "span": '[{"start": 0, "end": 4, "label": ...}]',
        "correction": "TEXT",
    }[label.kind]
    return f"{label.name}={written}"


def _read(label: Label, value: str) -> Any:
    if label.kind == "boolean":
        word = value.strip().casefold()
        return True if word in _YES else False if word in _NO else value
    if label.kind == "category" and label.many:
        return [part.strip() for part in value.split(",") if part.strip()]
    if label.kind in {"scale", "span"}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _hint(labels: Sequence[Label]) -> str:
    return f"Write {' '.join(describe_label(label) for label in labels)}."
