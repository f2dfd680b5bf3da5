"""The input of a `prompt` app against what its variant declares: everything wrong is named at once."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from answerable.apps.content import FieldType, InputField
from answerable.core.errors import FieldProblem, InvalidFields
from answerable.llm.types import Image

Declared = Mapping[str, InputField]

_EMPTY: dict[FieldType, Callable[[], Any]] = {"string": str, "array": list, "object": dict}
_UNTEXT = re.compile(r"[\x00\ud800-\udfff]")
_MAX_DEPTH = 64
_SHOWN_CHOICES = 12


class _Unacceptable(Exception):  # noqa: N818 - private, and never leaves this module
    """One value that does not fit; the text says what is wrong and what is accepted."""


def check_input(declared: Declared, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of every declared field: as given, without NUL and lone surrogates, or its default.

    An optional field that is absent is empty: an empty text, array or object, and None of every other type. Files
    are checked for being files at all; loading them is the caller's. Raises InvalidFields with every wrong field.
    """
    problems = [
        FieldProblem(name, f"There is no such field; there are {_list_names(declared)}.")
        for name in given
        if name not in declared
    ]
    values: dict[str, Any] = {}
    for name, field in declared.items():
        try:
            values[name] = _check(field, given.get(name))
        except _Unacceptable as problem:
            problems.append(FieldProblem(name, str(problem)))
    if problems:
        raise InvalidFields("The input does not fit the app", problems)
    return values


def clean_text(text: str) -> str:
    """Take out what neither a model's wire format nor the database can carry: NUL and lone surrogates."""
    return _UNTEXT.sub("", text)


def _check(field: InputField, value: Any) -> Any:
    if value is None:
        if field.default is not None:
            return field.default
        if field.required:
            raise _Unacceptable(f"It is missing; give {_describe(field)}.")
        return _empty(field.type)
    value = _CHECKS[field.type](field, value)
    _check_choice(field, value)
    return value


def _empty(kind: FieldType) -> Any:
    make = _EMPTY.get(kind)
    return None if make is None else make()


def _check_string(field: InputField, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong_type(field, value)
    if field.max_length is not None and len(value) > field.max_length:
        raise _Unacceptable(f"It has {len(value)} characters; at most {field.max_length} are accepted.")
    text = clean_text(value)
    if field.required and not text.strip():
        raise _Unacceptable(f"It is empty; give {_describe(field)}.")
    return text


def _check_integer(field: InputField, value: Any) -> int:
    # JSON has one kind of number: 3.0 is the integer 3.
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not whole:
        raise _wrong_type(field, value)
    return int(value)


def _check_number(field: InputField, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        raise _wrong_type(field, value)
    return value


def _is_finite(value: float) -> bool:
    return isinstance(value, int) or math.isfinite(value)


def _check_boolean(field: InputField, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong_type(field, value)
    return value


def _check_array(field: InputField, value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise _wrong_type(field, value)
    if field.max_length is not None and len(value) > field.max_length:
        raise _Unacceptable(f"It has {len(value)} entries; at most {field.max_length} are accepted.")
    return [_clean(entry) for entry in value]


def _check_object(field: InputField, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong_type(field, value)
    cleaned: dict[str, Any] = _clean(value)
    return cleaned


def _check_file(field: InputField, value: Any) -> bytes | str | Image:
    if isinstance(value, Image) and field.type == "image":
        return value
    if isinstance(value, bytes) and value:
        return value
    if isinstance(value, str) and value.startswith(("https://", "http://", "data:")):
        return value
    raise _wrong_type(field, value)


_CHECKS: dict[FieldType, Callable[[InputField, Any], Any]] = {
    "string": _check_string,
    "integer": _check_integer,
    "number": _check_number,
    "boolean": _check_boolean,
    "array": _check_array,
    "object": _check_object,
    "image": _check_file,
    "document": _check_file,
}


def _check_choice(field: InputField, value: Any) -> None:
    """Hold a text, or each entry of an array, against the declared choices."""
    if field.enum is None or field.type not in {"string", "array"}:
        return
    for entry in value if isinstance(value, list) else [value]:
        if entry not in field.enum:
            raise _Unacceptable(f"{_shorten(entry)} is not one of {_list_names(field.enum)}.")


def _clean(value: Any, depth: int = 0) -> Any:
    """Clean every text in a JSON value."""
    if depth > _MAX_DEPTH:
        raise _Unacceptable(f"It is nested deeper than {_MAX_DEPTH} levels.")
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Mapping):
        return {clean_text(str(key)): _clean(entry, depth + 1) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(entry, depth + 1) for entry in value]
    return value


def _wrong_type(field: InputField, value: Any) -> _Unacceptable:
    return _Unacceptable(f"{_shorten(value)} is not {_describe(field)}.")


def _describe(field: InputField) -> str:
    """Say in words what a field accepts."""
    if field.enum is not None and field.type == "string":
        return f"one of {_list_names(field.enum)}"
    return {
        "string": "text",
        "integer": "a whole number",
        "number": "a number",
        "boolean": "true or false",
        "array": "a list",
        "object": "an object",
        "image": "an image: a file, an https address or a base64 data address",
        "document": "a PDF: a file, an https address or a base64 data address",
    }[field.type]


def _list_names(names: Sequence[str] | Declared) -> str:
    shown = [repr(name) for name in list(names)[:_SHOWN_CHOICES]]
    return ", ".join(shown + ["..."] * (len(names) > _SHOWN_CHOICES)) or "none"


def _shorten(value: Any) -> str:
    text = f"{len(value)} bytes" if isinstance(value, bytes) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
