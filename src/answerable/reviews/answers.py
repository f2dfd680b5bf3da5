"""An annotator's answer to the labels of a queue, checked and brought into one form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from answerable.core.closeness import suggest
from answerable.core.errors import FieldProblem, InvalidFields
from answerable.core.texts import to_storable
from answerable.reviews.labels import Label, LabelKind

Answers = Mapping[str, Any]
"""By the name of the label: bool, str, a sorted list of str, int, a list of spans, or text; else it is left out.

A span is `{"start", "end", "label"}`, in characters of the answer, end exclusive.
"""

_MAX_TEXT: Final = 50_000
_MAX_SPANS: Final = 500


def check_answers(labels: Sequence[Label], given: Answers, *, text: str | None = None) -> dict[str, Any]:
    """Return the answers in their one form. `text` is the answer that spans stand in, None where it is not known.

    Raises InvalidFields (`invalid_labels`) with everything that is wrong.
    """
    known = {label.name: label for label in labels}
    problems = [
        FieldProblem(name, f"the queue has no such label. {suggest(name, known)}".rstrip())
        for name in given
        if name not in known
    ]
    checked: dict[str, Any] = {}
    for label in labels:
        value = given.get(label.name)
        if _is_empty(value):
            if label.required:
                problems.append(FieldProblem(label.name, "is required."))
            continue
        try:
            checked[label.name] = _CHECKS[label.kind](label, value, text)
        except ValueError as error:
            problems.append(FieldProblem(label.name, str(error)))
    if problems:
        raise InvalidFields(
            "The labels are not acceptable",
            problems,
            hint="Nothing was saved. Correct the named labels and save again.",
            code="invalid_labels",
        )
    return checked


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], ())


def _check_boolean(label: Label, value: Any, text: str | None) -> bool:
    del label, text
    if not isinstance(value, bool):
        raise ValueError("is true or false.")
    return value


def _check_category(label: Label, value: Any, text: str | None) -> str | list[str]:
    del text
    if not label.many:
        return _check_option(label, value)
    if not isinstance(value, list | tuple):
        raise ValueError("is a list of options.")
    return sorted({_check_option(label, entry) for entry in value})


def _check_option(label: Label, value: Any) -> str:
    if not isinstance(value, str) or value not in label.values:
        raise ValueError(f"is one of {', '.join(label.values)}. {suggest(str(value), label.values)}".rstrip())
    return value


def _check_scale(label: Label, value: Any, text: str | None) -> int:
    del text
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not label.least <= value <= label.most:
        raise ValueError(f"is a whole number from {label.least} to {label.most}.")
    return int(value)


def _check_spans(label: Label, value: Any, text: str | None) -> list[dict[str, Any]]:
    if not isinstance(value, list | tuple) or len(value) > _MAX_SPANS:
        raise ValueError(f"is a list of at most {_MAX_SPANS} spans.")
    spans = [_check_span(label, span, text) for span in value]
    unique = {(span["start"], span["end"], span["label"]): span for span in spans}
    return [unique[key] for key in sorted(unique)]


def _check_span(label: Label, span: Any, text: str | None) -> dict[str, Any]:
    if not isinstance(span, Mapping) or set(span) - {"start", "end", "label"}:
        raise ValueError("has spans of the form {start, end, label}.")
    start, end = span.get("start"), span.get("end")
    if not all(isinstance(place, int) and not isinstance(place, bool) for place in (start, end)):
        raise ValueError("has spans whose start and end are characters of the answer.")
    assert isinstance(start, int)
    assert isinstance(end, int)
    if not 0 <= start < end or (text is not None and end > len(text)):
        raise ValueError(f"has the span {start} to {end}, which is not in the answer.")
    return {"start": start, "end": end, "label": _check_option(label, span.get("label"))}


def _check_correction(label: Label, value: Any, text: str | None) -> str:
    del label, text
    if not isinstance(value, str) or len(value) > _MAX_TEXT:
        raise ValueError(f"is a text of at most {_MAX_TEXT:,} characters.")
    return to_storable(value)


_CHECKS: Final[Mapping[LabelKind, Callable[[Label, Any, str | None], Any]]] = {
    "boolean": _check_boolean,
    "category": _check_category,
    "scale": _check_scale,
    "span": _check_spans,
    "correction": _check_correction,
}
