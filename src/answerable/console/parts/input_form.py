"""A form made from the fields that a variant declares."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from answerable.answering.fields import FILES, get_fields, read_text
from answerable.apps.content import FieldType, InputField, VariantContent
from answerable.console.elements import Select, Tag
from answerable.console.staged_files import StagedFiles
from answerable.core.errors import InvalidInput

_SEND = "(event) => Answerable.sendInput(event, emit)"
_NUMBERS: Mapping[FieldType, str] = {"integer": "1", "number": "any"}
_JSON: Mapping[FieldType, str] = {"array": '["one", "two"]', "object": '{"name": "value"}'}
_ACCEPTED: Mapping[FieldType, str] = {
    "image": "image/png,image/jpeg,image/webp,image/gif",
    "document": "application/pdf",
}


class InputForm:
    """Shows a field for each declared one; `submit` gets the values that were given."""

    def __init__(self, files: StagedFiles, *, submit: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        self._files = files
        self._submit = submit
        self._fields: Mapping[str, InputField] = {}
        self._form = Tag("form", "", "input-form").on("submit", self._on_submit, js_handler=_SEND)

    def show(self, content: VariantContent) -> None:
        """Show the fields of this variant."""
        self._fields = get_fields(content)
        self._form.clear()
        with self._form:
            for name, field in self._fields.items():
                _build_field(name, field)
            if not self._fields:
                Tag("p", "This variant declares no input: it takes chat messages.", "quiet")
                return
            with ui.element("div"):
                Tag("button", "Run on this input", "button is-primary", type="submit")

    async def _on_submit(self, event: GenericEventArguments) -> None:
        await self._submit(read_values(self._fields, event.args, self._files))


def read_values(
    fields: Mapping[str, InputField], given: Mapping[str, Any], files: StagedFiles
) -> dict[str, Any]:
    """Return the values of a submitted form; a field that was left empty is not given."""
    values: dict[str, Any] = {}
    for name, value in given.items():
        if isinstance(value, Mapping):
            content = files.take(str(value.get("file")))
            if content is None:
                raise InvalidInput(f"The file in {name!r} is no longer here.", hint="Choose it again.")
            values[name] = content
        elif value != "":
            values[name] = read_text(fields.get(name), str(value))
    return values


def _build_field(name: str, field: InputField) -> None:
    needed = field.required and field.default is None
    with Tag("label", "", "field"):
        with Tag("span", "", "label"):
            Tag("span", name)
            if not needed:
                Tag("span", " optional", "quiet")
        _build_control(name, field, "required" if needed else None)
        if field.description:
            Tag("span", field.description, "field-hint")


def _build_control(name: str, field: InputField, required: str | None) -> None:
    default = "" if field.default is None else str(field.default)
    if field.type in FILES:
        Tag("input", "", "file", type="file", name=name, accept=_ACCEPTED[field.type], required=required)
    elif field.type == "string" and field.enum:
        _build_choice(name, {choice: choice for choice in field.enum}, default)
    elif field.type == "boolean":
        _build_choice(name, {"true": "yes", "false": "no"}, default.lower())
    elif field.type in _NUMBERS:
        Tag(
            "input", "", "input", type="number", name=name, step=_NUMBERS[field.type], placeholder=default,
            required=required,
        )  # fmt: skip
    else:
        Tag(
            "textarea", "", "textarea is-mono" if field.type in _JSON else "textarea", name=name, rows="3",
            placeholder=_JSON.get(field.type, default), required=required,
        )  # fmt: skip


def _build_choice(name: str, options: Mapping[str, str], default: str) -> None:
    with_none = {"": f"as declared ({options.get(default, default)})" if default else "choose", **options}
    Select(with_none, value="", label=name).set_attribute("name", name)
