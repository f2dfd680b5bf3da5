"""Pydantic's and JSON Schema's findings, as problems with their lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationErrorKind
from jsonschema_rs import ValidationError as SchemaError
from pydantic import ValidationError

from answerable.apps.files.places import Node, Problems
from answerable.core.closeness import suggest

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCES = frozenset({"$ref", "$dynamicRef"})
_QUOTED = re.compile(r"'([^']*)'")
_SHOWN = 5


def add_invalid(
    error: ValidationError, node: Node, problems: Problems, *, known: Iterable[str], skip: int = 0
) -> None:
    """Add each finding at the line that it is about. `known` are the keys of the mapping; `skip` as many steps."""
    for found in error.errors(include_url=False):
        path = found["loc"][skip:]
        place = node.find(path)
        if found["type"] == "extra_forbidden":
            hint = suggest(str(path[-1]), known) or f"There are {', '.join(known)}."
            problems.add(place, f"There is no key {path[-1]!r}.", hint)
            continue
        expected = _QUOTED.findall(str(found.get("ctx", {}).get("expected", "")))
        name = next((step for step in reversed(path) if isinstance(step, str)), "it")
        message = found["msg"].removeprefix("Input ").removeprefix("Value error, ").rstrip(".")
        problems.add(place, f"{name!r} {message}.", suggest(str(found["input"]), expected))


def check_schema(node: Node, problems: Problems) -> Draft202012Validator | None:
    """Return the validator of a JSON Schema, None when it is not one: then that is among the problems."""
    schema = node.to_plain()
    if not isinstance(schema, dict) or not schema:
        problems.add(node, "A JSON Schema is a mapping.", "Begin with `type: object` and `properties:`.")
        return None
    outside = [
        entry for key, entry in node.walk() if key in _REFERENCES and not str(entry.value).startswith("#")
    ]
    for entry in outside:
        problems.add(
            entry, f"A schema refers to nothing outside of itself: {entry.value}.", "Put it under `$defs`."
        )
    faults = [] if outside else list(_list_faults(_get_meta_validator(), schema))
    for path, fault in faults:
        problems.add(node.find(path), f"It is not a JSON Schema: {fault}.", "See JSON Schema, draft 2020-12.")
    if outside or faults:
        return None
    try:
        return Draft202012Validator(schema, offline=True, validate_formats=True)
    except (SchemaError, ValueError) as error:
        fault = getattr(error, "message", None) or str(error).partition("\n")[0]
        place = node.find(getattr(error, "instance_path", []))
        problems.add(place, f"It is not a JSON Schema: {fault}.", "See JSON Schema, draft 2020-12.")
        return None


def check_value(validator: Draft202012Validator, node: Node, problems: Problems) -> None:
    """Hold the output of an example against its schema."""
    for path, fault in _list_faults(validator, node.to_plain()):
        problems.add(node.find(path), f"The example's output does not fit the schema: {fault}.")


def _list_faults(validator: Draft202012Validator, value: Any) -> list[tuple[list[str | int], str]]:
    """Return the first few faults. Where a union matches in no way, those of its last member say little: one line."""
    if validator.is_valid(value):
        return []
    faults = []
    for error in validator.iter_errors(value):
        message = error.message if len(error.message) <= 200 else f"{error.message[:200]}..."
        if isinstance(error.kind, ValidationErrorKind.AnyOf | ValidationErrorKind.OneOfNotValid):
            message = f"{_shorten(error.instance)} is none of what is allowed there"
        faults.append((list(error.instance_path), message))
        if len(faults) == _SHOWN:
            break
    return faults


def _shorten(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


@cache
def _get_meta_validator() -> Draft202012Validator:
    return Draft202012Validator({"$ref": _DRAFT}, offline=True)
