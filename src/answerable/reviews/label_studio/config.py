"""The label schema of a queue as the configuration of a Label Studio project."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from answerable.reviews.labels import Label, LabelKind

ANSWER: Final = "answer"
"""The name of the text that labels are about."""
YES, NO = "yes", "no"


def write_config(labels: Sequence[Label]) -> str:
    """Return the XML; `label_studio.tasks` writes tasks that fit it."""
    view = Element("View")
    SubElement(view, "Header", value="$question")
    SubElement(view, "Text", name=ANSWER, value="$answer", granularity="symbol")
    for label in labels:
        SubElement(view, "Header", value=label.shown, size="4")
        _WRITERS[label.kind](view, label)
    SubElement(view, "List", name="sources", value="$sources", title="Sources")
    indent(view)
    return tostring(view, encoding="unicode") + "\n"


def _write_boolean(view: Element, label: Label) -> None:
    choices = SubElement(view, "Choices", _common(label), choice="single", showInline="true")
    SubElement(choices, "Choice", value=YES)
    SubElement(choices, "Choice", value=NO)


def _write_category(view: Element, label: Label) -> None:
    choices = SubElement(view, "Choices", _common(label), choice="multiple" if label.many else "single")
    for option in label.options:
        SubElement(choices, "Choice", _hotkey(option.key), value=option.value)


def _write_scale(view: Element, label: Label) -> None:
    SubElement(view, "Number", _common(label), min=str(label.least), max=str(label.most), step="1")


def _write_span(view: Element, label: Label) -> None:
    labels = SubElement(view, "Labels", _common(label))
    for option in label.options:
        SubElement(labels, "Label", _hotkey(option.key), value=option.value)


def _write_correction(view: Element, label: Label) -> None:
    SubElement(view, "TextArea", _common(label), rows="6", editable="true", maxSubmissions="1")


def _common(label: Label) -> dict[str, str]:
    return {"name": label.name, "toName": ANSWER, "required": "true" if label.required else "false"}


def _hotkey(key: str | None) -> dict[str, str]:
    return {} if key is None else {"hotkey": key}


_WRITERS: Final[dict[LabelKind, Callable[[Element, Label], None]]] = {
    "boolean": _write_boolean,
    "category": _write_category,
    "scale": _write_scale,
    "span": _write_span,
    "correction": _write_correction,
}
