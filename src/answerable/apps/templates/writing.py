"""How a value stands in a prompt: text as it is, nothing for None, and JSON for what has parts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jinja2 import Undefined

from answerable.apps.templates.faults import Overrun, Refused
from answerable.apps.templates.meter import CURRENT, OUTPUT, weigh


def write(value: Any) -> str:
    """Return the value as text, counted. Raises Refused for what is no value, such as a macro."""
    text = _to_text(value)
    CURRENT.get().write(len(text))
    return text


def write_json(value: Any, *, indent: int | None = None) -> str:
    """Return the value as JSON, `indent` spaces a level. A level costs its indent on every line: it is bounded."""
    weigh(value)
    encoder = json.JSONEncoder(ensure_ascii=False, indent=indent)
    chunks, size = [], 0
    for chunk in encoder.iterencode(value):
        size += len(chunk)
        if size > OUTPUT:
            raise Overrun("it writes too much JSON", "Write a part of the value, or indent it less.")
        chunks.append(chunk)
    return "".join(chunks)


def _to_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool | int | float | Undefined):
        return str(weigh(value))  # an undefined one raises, and says which it is
    if isinstance(value, list | tuple | Mapping):
        return write_json(value)
    raise Refused(
        f"a {type(value).__name__.lower()} is no text",
        "Write a value: a call needs its brackets, and a key that is also a method is written as value['items'].",
    )
