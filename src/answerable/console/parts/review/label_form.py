"""The labels of a queue as a form: made for keys (review.js), and whole without them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from answerable.console.elements import Button, Tag
from answerable.reviews.answers import Answers
from answerable.reviews.labels import Label, LabelKind

_FIRST_DIGITS: Final = "123456789"


def build_label_form(labels: Sequence[Label], values: Answers | None, *, item: int) -> None:
    """Build the fields; `values` are those to begin with. The buttons around it are the page's."""
    given = values or {}
    with Tag("form", "", "labels", id="labels", data_item=str(item), novalidate="novalidate"):
        for label in labels:
            required = "" if label.required else None
            with Tag(
                "fieldset", "", "label-group", data_label=label.name, data_kind=label.kind, data_required=required,
                data_many="" if label.many else None,
            ):  # fmt: skip
                with Tag("legend"):
                    Tag("span", label.shown)
                    if not label.required:
                        Tag("span", "optional", "quiet")
                if label.help:
                    Tag("p", label.help, "field-hint")
                _BUILDERS[label.kind](label, given.get(label.name))
                Tag("p", "Choose one to go on.", "label-missing", role="alert")


def read_labels(labels: Sequence[Label], sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form sent, as a queue takes it: texts become what they stand for. Nothing is checked."""
    read: dict[str, Any] = {}
    for label in labels:
        value = sent.get(label.name)
        if value in (None, "", []):
            continue
        match label.kind:
            case "boolean":
                read[label.name] = value == "true"
            case "scale":
                read[label.name] = int(value) if str(value).lstrip("-").isdecimal() else value
            case "category":
                read[label.name] = value if label.many or not isinstance(value, list) else value[0]
            case _:
                read[label.name] = value
    return read


def _build_boolean(label: Label, value: Any) -> None:
    with Tag("div", "", "choices is-inline"):
        for place, (text, stands) in enumerate((("Yes", True), ("No", False))):
            _build_choice(
                label, text, str(stands).lower(), digit=_FIRST_DIGITS[place], chosen=value is stands
            )


def _build_category(label: Label, value: Any) -> None:
    chosen = set(value) if isinstance(value, list) else {value}
    with Tag("div", "", "choices"):
        for place, option in enumerate(label.options):
            digit = _FIRST_DIGITS[place] if place < len(_FIRST_DIGITS) else None
            _build_choice(
                label,
                option.shown,
                option.value,
                digit=digit,
                letter=option.key,
                chosen=option.value in chosen,
            )


def _build_scale(label: Label, value: Any) -> None:
    plain = label.least >= 0 and label.most <= 9
    with Tag("div", "", "choices is-scale"):
        for place, number in enumerate(range(label.least, label.most + 1)):
            digit = str(number) if plain else _FIRST_DIGITS[place] if place < len(_FIRST_DIGITS) else None
            _build_choice(label, str(number), str(number), digit=digit, chosen=value == number)


def _build_span(label: Label, value: Any) -> None:
    Tag("p", "Select a part of the answer, then choose what it is.", "field-hint")
    with Tag("div", "", "choices"):
        for place, option in enumerate(label.options):
            digit = _FIRST_DIGITS[place] if place < len(_FIRST_DIGITS) else None
            button = Tag(
                "button", "", "choice is-span", type="button", data_span=option.value, data_digit=digit,
                data_letter=option.key, data_place=str(place % 6),
            )  # fmt: skip
            with button:
                Tag("span", option.shown)
                _build_keys(digit, option.key)
    Tag("ol", "", "spans", data_spans=json.dumps(value or []), aria_label="Marked parts")


def _build_correction(label: Label, value: Any) -> None:
    Tag(
        "textarea", str(value or ""), "textarea", name=label.name, rows="4", aria_label=label.shown,
        placeholder="The answer as it should be",
    )  # fmt: skip
    with Tag("div", "", "correction-actions"):
        Button("Start from the answer", "link-button", data_correct="")
        Tag("kbd", "c")


def _build_choice(
    label: Label, text: str, value: str, *, digit: str | None, chosen: bool, letter: str | None = None
) -> None:
    kind = "checkbox" if label.many else "radio"
    with Tag("label", "", "choice"):
        Tag(
            "input", type=kind, name=label.name, value=value, checked="checked" if chosen else None,
            data_digit=digit, data_letter=letter,
        )  # fmt: skip
        Tag("span", text)
        _build_keys(digit, letter)


def _build_keys(digit: str | None, letter: str | None) -> None:
    if digit is not None:
        Tag("kbd", digit, "digit", aria_hidden="true")
    if letter is not None:
        Tag("kbd", letter, aria_hidden="true")


_BUILDERS: Final[Mapping[LabelKind, Callable[[Label, Any], None]]] = {
    "boolean": _build_boolean,
    "category": _build_category,
    "scale": _build_scale,
    "span": _build_span,
    "correction": _build_correction,
}
