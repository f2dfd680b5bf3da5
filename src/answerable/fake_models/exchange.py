"""What every wire format is turned into and out of: a prompt, a reply, and the wire itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]
"""A JSON object as it came from the network: nothing about it is known yet."""

CREATED = 1_760_000_000
"""The time of day that every answer claims (Unix seconds): a real clock would make answers differ."""

ANY_OBJECT: Json = {"type": "object", "properties": {"answer": {"type": "string"}}}
"""The schema of a request that asks for some JSON object, no matter which."""


class BadRequestError(Exception):
    """The request does not follow its wire format; the text says where."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image part: its media type and its bytes, or no bytes when only an address was given."""

    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    description: str
    schema: Json


@dataclass(frozen=True, slots=True)
class ToolCall:
    id: str
    name: str
    arguments: Json


@dataclass(frozen=True, slots=True)
class Prompt:
    """A request in no particular wire format.

    `text` is all text of the request, where the sources stand; `said` are the texts of the user's messages;
    `tool_results` are the results that came after the last of them.
    """

    model: str
    text: str
    said: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    tools: tuple[Tool, ...] = ()
    tool_results: tuple[str, ...] = ()
    schema: Json | None = None
    max_tokens: int | None = None
    stream: bool = False
    include_usage: bool = True

    @property
    def question(self) -> str:
        """The text of the last user message."""
        return self.said[-1] if self.said else ""

    @property
    def has_schema(self) -> bool:
        """Whether a schema came as a schema, and not in words."""
        return bool(self.tools) or (self.schema is not None and self.schema is not ANY_OBJECT)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the fake model says. `cut` is true when `max_tokens` ended it; `model` and `fingerprint` are what it says it
    is.

    Cached tokens, whether read or written, are contained in the input tokens, reasoning ones in the output.
    """

    text: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    tool_call: ToolCall | None = None
    cut: bool = False
    model: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Wire:
    """One wire format.

    `read` raises BadRequestError; `whole` gives the body of an answer that is not streamed, `frames` the
    frames of a streamed one, `error` the body of an error with this HTTP status.
    """

    path: str
    read: Callable[[Json], Prompt]
    whole: Callable[[Prompt, Reply], object]
    frames: Callable[[Prompt, Reply], Iterator[bytes]]
    error: Callable[[int, str], Json]
