"""Values as the text format of COPY writes them (PostgreSQL manual, "COPY", File Formats)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import pydantic_core

NULL: Final = r"\N"
_DEEPEST: Final = 64

Value = str | bytes | int | float | bool | None | date | Decimal | UUID


def to_line(values: Iterable[Value]) -> str:
    """Return one row, with its newline. NUL and lone surrogates, which PostgreSQL refuses, are replaced."""
    line = "\t".join(map(_to_field, values)) + "\n"
    if "\x00" in line:
        line = line.replace("\x00", "\ufffd")
    if line.isascii():
        return line
    try:
        line.encode()
    except UnicodeEncodeError:
        line = line.encode("utf-8", "replace").decode()
    return line


def to_jsonb(value: Any) -> str:
    """Return JSON that `jsonb` takes, whatever the value holds: see `to_json`."""
    return to_json(value).decode()


def to_json(value: Any) -> bytes:
    """Return a value as JSON (UTF-8).

    NUL and lone surrogates, which `jsonb` refuses also when they are escaped, are replaced. NaN, infinities and what is
    no JSON value at all stand as their text.
    """
    try:
        text = _dump(value)
    except ValueError:
        return _dump(_clean(value, 0))
    return _dump(_clean(value, 0)) if b"\\u0000" in text else text


def _dump(value: Any) -> bytes:
    return pydantic_core.to_json(value, inf_nan_mode="strings", fallback=_describe)


def _describe(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)


def _to_field(value: Value) -> str:
    if value is None:
        return NULL
    if isinstance(value, str):
        return _escape(value)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, bytes):
        return rf"\\x{value.hex()}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _escape(text: str) -> str:
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    return text.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")


def _clean(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
    if depth >= _DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        return {_clean(str(name), depth): _clean(entry, depth + 1) for name, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(entry, depth + 1) for entry in value]
    if isinstance(value, bool | int | float | None):
        return value
    return _clean(str(value), depth)
