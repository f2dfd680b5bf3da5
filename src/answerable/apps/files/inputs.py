"""The declared input of an app, and whether an example fits it."""

from __future__ import annotations

import base64
import keyword
import mimetypes
import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from answerable.apps.content import FieldType, InputField
from answerable.apps.files.places import Node, Problems
from answerable.apps.files.validation import add_invalid
from answerable.apps.files.workspace import FileRefused, WorkspaceFiles
from answerable.core.closeness import suggest

_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]{0,62}")
_RESERVED = frozenset(
    {"caller", "loop", "namespace", "none", "range", "self", "super", "true", "false", "varargs"}
)
_FIELD = TypeAdapter(InputField)
_FETCHED = ("https://", "http://", "data:")

_FITS: Mapping[FieldType, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "image": lambda value: isinstance(value, str),
    "document": lambda value: isinstance(value, str),
}


def read_inputs(node: Node, problems: Problems) -> dict[str, InputField]:
    """Return the fields that are valid; a field that has a default is not required unless it says so."""
    if node.value is not None and not isinstance(node.value, Mapping):
        problems.add(node, "`input` is a mapping of names.", "Write `input: {notes: string}`.")
    fields = {}
    for name, entry in node.entries.items():
        if not _NAME.fullmatch(name) or keyword.iskeyword(name) or name.lower() in _RESERVED:
            problems.add(
                entry, f"{name!r} cannot be the name of an input.", "Use letters, digits and underscores."
            )
        field = _read_field(entry, problems)
        if field is not None:
            fields[name] = field
    return fields


def _read_field(node: Node, problems: Problems) -> InputField | None:
    values = node.to_plain()
    if isinstance(values, str):
        values = {"type": values}
    if not isinstance(values, dict):
        problems.add(node, "An input is a type or a mapping.", "Write `notes: string`.")
        return None
    if "default" in values:
        values.setdefault("required", False)
    try:
        field = _FIELD.validate_python(values)
    except ValidationError as error:
        add_invalid(error, node, problems, known=InputField.model_fields)
        return None
    if field.default is not None and (fault := find_fault(field, field.default)):
        problems.add(node.find(["default"]), f"The default does not fit: {fault}.")
    return field


def find_fault(field: InputField, value: Any) -> str | None:
    """Return what keeps a value from being one of this field."""
    if not _FITS[field.type](value):
        return f"it is no {field.type}"
    if field.max_length is not None and isinstance(value, str | list) and len(value) > field.max_length:
        return f"it is longer than {field.max_length}"
    if field.enum is not None:
        for entry in value if isinstance(value, list) else [value]:
            if entry not in field.enum:
                return f"{entry!r} is not one of {', '.join(field.enum)}"
    return None


def read_example_input(
    node: Node, declared: Mapping[str, InputField], files: WorkspaceFiles, problems: Problems
) -> dict[str, Any]:
    """Return the input of an example. A path of an image or a document becomes a data address that holds it."""
    values: dict[str, Any] = {}
    for name, entry in node.entries.items():
        field = declared.get(name)
        if field is None:
            hint = suggest(name, declared) or "Declare it under `input:`."
            problems.add(entry, f"The example has an input {name!r} that is not declared.", hint)
            continue
        value = entry.to_plain()
        if fault := find_fault(field, value):
            problems.add(entry, f"The example does not fit the input {name!r}: {fault}.")
        elif field.type in {"image", "document"} and not value.startswith(_FETCHED):
            value = _read_file(value, entry, files, problems)
        values[name] = value
    for name, field in declared.items():
        if field.required and name not in node.entries:
            problems.add(node, f"The example lacks the input {name!r}.", f"Add `{name}:` to it.")
    return values


def _read_file(name: str, node: Node, files: WorkspaceFiles, problems: Problems) -> str:
    try:
        data = files.read_bytes(name)
    except FileRefused as error:
        problems.add(node, error.message, error.suggestion)
        return ""
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"
