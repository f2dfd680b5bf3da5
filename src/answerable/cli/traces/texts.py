"""What users and models wrote, made safe for a terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from answerable.traces.types import Trace


def to_visible(text: str) -> str:
    """Return the text with every character that could steer a terminal replaced by its picture or an escape."""
    return "".join(_show(character) for character in text)


def to_line(text: str, width: int) -> str:
    """Return the text in one line of at most `width` characters."""
    line = " ".join(to_visible(text[: 4 * width]).split())
    return line if len(line) <= width else f"{line[: width - 1]}…"


def show_input(trace: Trace) -> str:
    """Return what was asked: the only field alone, several by their names, before that the messages."""
    parts = [_show_message(message) for message in trace.input.get("messages") or ()]
    fields: Mapping[str, Any] = trace.input.get("input") or {}
    if len(fields) == 1 and not parts:
        return to_visible(_write(next(iter(fields.values()))))
    parts += [f"{name}: {_write(value)}" for name, value in fields.items()]
    return to_visible("\n".join(parts))


def _show_message(message: Any) -> str:
    if not isinstance(message, Mapping):
        return _write(message)
    return f"{message.get('role', '')}: {_write(message.get('content', ''))}"


def _write(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _show(character: str) -> str:
    code = ord(character)
    if character in "\n\t" or (code >= 0x20 and not 0x7F <= code <= 0x9F and code not in _STEERING):
        return character
    return chr(0x2400 + code) if code < 0x20 else f"\\u{code:04x}"


_STEERING = frozenset(
    {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, *range(0xD800, 0xE000)}
)
"""Marks that turn the direction of what follows; halves of surrogate pairs, which cannot be written."""
