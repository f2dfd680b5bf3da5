"""The few building blocks of all pages: native tags with text or with HTML of our own."""

from __future__ import annotations

import json

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

READ_FORM = "(event) => { event.preventDefault(); emit(Object.fromEntries(new FormData(event.target))) }"
"""Hands the fields of a submitted form to the server, by their names."""


class Tag(TextElement):
    """A native element. Its text is set as text, whatever it holds.

    Attributes are named as in Python: `aria_label` becomes `aria-label`; None leaves one out. The `value` of an input
    is what it holds at first: drawing the page again leaves what was typed since.
    """

    def __init__(self, tag: str, text: str = "", classes: str = "", **attributes: str | None) -> None:
        super().__init__(tag=tag, text=text)
        if classes:
            self.classes(classes)
        for name, value in attributes.items():
            if value is not None:
                self.props[_name_attribute(tag, name)] = value

    def set_attribute(self, name: str, value: str | None) -> None:
        self.props.set_optional(name, value)


def _name_attribute(tag: str, name: str) -> str:
    # Vue sets the property `value` whenever it draws; with the caret it sets the attribute, and only once.
    return "^value" if (tag, name) == ("input", "value") else name.rstrip("_").replace("_", "-")


class Button(Tag):
    """A button. `icon` is a name of `icons`; without `text`, `label` says what it does."""

    def __init__(
        self,
        text: str = "",
        classes: str = "button",
        *,
        icon: str = "",
        label: str | None = None,
        **rest: str | None,
    ) -> None:
        super().__init__("button", "" if icon else text, classes, type="button", aria_label=label, **rest)
        if icon:
            with self:
                Icon(icon)
                if text:
                    Tag("span", text)


class Icon(Tag):
    """A picture drawn by the style sheet in the colour of the text around it."""

    def __init__(self, name: str) -> None:
        super().__init__("span", "", f"icon icon-{name}", aria_hidden="true")


class Markup(ui.html):
    """HTML that our own code wrote, every foreign character in it escaped."""

    def __init__(self, content: str = "", classes: str = "", *, tag: str = "div") -> None:
        super().__init__(content, sanitize=False, tag=tag)
        if classes:
            self.classes(classes)


class Select(Tag):
    """A native select. `options` maps values to what is shown; `label` names it for screen readers."""

    def __init__(self, options: dict[str, str], *, value: str, label: str) -> None:
        super().__init__("select", "", "select", aria_label=label)
        with self:
            for key, shown in options.items():
                Tag("option", shown, value=key, selected="selected" if key == value else None)


def notify(text: str, *, hint: str | None = None, kind: str = "info") -> None:
    """Say something in the corner of this page, to screen readers too."""
    message = json.dumps({"text": text, "hint": hint, "kind": kind})
    ui.run_javascript(f"Answerable.notify({message})")
