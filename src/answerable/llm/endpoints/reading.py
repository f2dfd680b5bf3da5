"""What of a response is the answer: its text, the JSON in its text, or the arguments of a tool call."""

from __future__ import annotations

import json
from typing import Protocol

from pydantic_ai.messages import (
    ModelResponse,
    ModelResponseStreamEvent,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ToolCallPart,
    ToolCallPartDelta,
)

from answerable.llm.structured import JsonText


class Reading(Protocol):
    """Reads one response, in one of two ways: whole, or event by event."""

    def read(self, response: ModelResponse) -> str:
        """Return the answer of a whole response."""
        ...

    def feed(self, event: ModelResponseStreamEvent) -> str:
        """Return the answer's part in an event; thinking and everything else has none."""
        ...

    def finish(self) -> str:
        """Return what is still owed at the end of the stream."""
        ...


class TextReading:
    """The answer is the text."""

    def read(self, response: ModelResponse) -> str:
        return response.text or ""

    def feed(self, event: ModelResponseStreamEvent) -> str:
        return _get_text(event)

    def finish(self) -> str:
        return ""


class JsonReading:
    """The answer is the JSON in the text."""

    def __init__(self) -> None:
        self._json = JsonText()

    def read(self, response: ModelResponse) -> str:
        return self._json.feed(response.text or "") + self._json.finish()

    def feed(self, event: ModelResponseStreamEvent) -> str:
        return self._json.feed(_get_text(event))

    def finish(self) -> str:
        return self._json.finish()


class ArgumentsReading:
    """The answer is the first tool call's arguments, or else the JSON in the text: not every model can be forced."""

    def __init__(self) -> None:
        self._call: int | None = None
        self._pieces: list[str] = []

    def read(self, response: ModelResponse) -> str:
        calls = response.tool_calls
        return calls[0].args_as_json_str() if calls else JsonReading().read(response)

    def feed(self, event: ModelResponseStreamEvent) -> str:
        if isinstance(event, PartStartEvent) and isinstance(event.part, ToolCallPart) and self._call is None:
            self._call = event.index
        arguments = _get_arguments(event, self._call)
        self._pieces.append(_get_text(event))
        return arguments

    def finish(self) -> str:
        if self._call is not None:
            return ""
        found = JsonText()
        return found.feed("".join(self._pieces)) + found.finish()


def _get_text(event: ModelResponseStreamEvent) -> str:
    if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
        return event.part.content
    if isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
        return event.delta.content_delta
    return ""


def _get_arguments(event: ModelResponseStreamEvent, call: int | None) -> str:
    """Return the part of the arguments of the call with this index; some SDKs give them as text, some as values."""
    arguments: object = None
    if isinstance(event, PartStartEvent) and event.index == call and isinstance(event.part, ToolCallPart):
        arguments = event.part.args
    elif (
        isinstance(event, PartDeltaEvent)
        and event.index == call
        and isinstance(event.delta, ToolCallPartDelta)
    ):
        arguments = event.delta.args_delta
    if not arguments:
        return ""
    return arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
