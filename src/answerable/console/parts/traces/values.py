"""Attributes of spans as a page writes them: short ones in a line, long ones laid out. They may hold anything."""

from __future__ import annotations

import json
from typing import Any, Final

_SHORT: Final = 80
_LONGEST: Final = 20_000


def write_value(value: Any) -> str:
    """Return text as it is and anything else as JSON, over several lines where it is long."""
    if isinstance(value, str):
        return _cut(_lay_out(value))
    short = json.dumps(value, ensure_ascii=False, default=str)
    return (
        short if len(short) <= _SHORT else _cut(json.dumps(value, indent=2, ensure_ascii=False, default=str))
    )


def is_long(text: str) -> bool:
    """Return whether a text needs a box of its own."""
    return len(text) > _SHORT or "\n" in text


def _lay_out(text: str) -> str:
    if len(text) > _LONGEST or not text.startswith(("{", "[")):
        return text
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _cut(text: str) -> str:
    left = len(text) - _LONGEST
    return text if left <= 0 else f"{text[:_LONGEST]}\n… and {left:,} more characters"
