"""The messages of a model call, read from the attributes of its span as OpenTelemetry's GenAI conventions have them.

Spans of other services are read too, so nothing about the values is taken for granted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from answerable.console.parts.traces.values import write_value
from answerable.traces import conventions as names
from answerable.traces.types import Span

_SYSTEM: Final = "gen_ai.system_instructions"
MESSAGES: Final = frozenset({_SYSTEM, names.INPUT_MESSAGES, names.OUTPUT_MESSAGES})
"""The attributes that are read here."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a message: its text, or what stands for a picture or a call of a tool (`kind` is not `text`)."""

    text: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class SentMessage:
    role: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ModelCall:
    """A span of a model that tells what went in and what came out."""

    span: Span
    sent: tuple[SentMessage, ...]
    received: tuple[SentMessage, ...]


def list_calls(spans: Iterable[Span]) -> list[ModelCall]:
    """Return the calls whose messages are kept, in the order of their beginning."""
    calls = [_read_call(span) for span in sorted(spans, key=lambda span: span.start_ns)]
    return [call for call in calls if call.sent or call.received]


def _read_call(span: Span) -> ModelCall:
    told = span.attributes
    system = tuple(_read_parts(_parse(told.get(_SYSTEM))))
    first = (SentMessage("system", system),) if system else ()
    sent = tuple(_read_messages(told.get(names.INPUT_MESSAGES)))
    return ModelCall(span, first + sent, tuple(_read_messages(told.get(names.OUTPUT_MESSAGES))))


def _read_messages(value: Any) -> Iterator[SentMessage]:
    messages = _parse(value)
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, Mapping):
            told = message.get("parts", message.get("content"))
            yield SentMessage(str(message.get("role", "")), tuple(_read_parts(told)))


def _read_parts(value: Any) -> Iterator[Part]:
    if isinstance(value, str):
        yield Part(value)
    for part in value if isinstance(value, list) else ():
        if isinstance(part, str):
            yield Part(part)
        elif isinstance(part, Mapping):
            yield _read_part(part)


def _read_part(part: Mapping[str, Any]) -> Part:
    kind = str(part.get("type", "text"))
    content = part.get("content", part.get("text"))
    if kind == "text" and isinstance(content, str):
        return Part(content)
    if kind == "blob":
        size = part.get("bytes")
        shown = f"{part.get('mime_type', 'a file')}, {size:,} bytes" if isinstance(size, int) else "not kept"
        return Part(shown, str(part.get("modality", "file")))
    return Part(write_value({name: one for name, one in part.items() if name != "type"}), kind)


def _parse(value: Any) -> Any:
    """Return what a string of JSON holds, as most senders have it; anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
