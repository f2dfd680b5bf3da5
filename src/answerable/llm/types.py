"""What crosses the model boundary: plain frozen values and the protocols of its two kinds of model."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Shape (n, dimensions), float32, each row of unit length."""


@dataclass(frozen=True, slots=True)
class Message:
    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One model call. `deadline` bounds the whole of it, retries included, in seconds.

    `stream` says whether somebody watches: without, the text may come in one piece, which costs a third of the
    processor time.
    """

    messages: tuple[Message, ...]
    max_tokens: int = 512
    temperature: float | None = 0.0
    deadline: float = 60.0
    stream: bool = True


@dataclass(frozen=True, slots=True)
class Usage:
    input_tokens: int = 0
    output_tokens: int = 0
    cached_input_tokens: int = 0

    @property
    def total(self) -> int:
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class ChatResult:
    """The end of a call. `cost_usd` is None when the price is unknown, and 0 only for a model that costs nothing."""

    text: str
    model: str
    usage: Usage = field(default_factory=Usage)
    cost_usd: Decimal | None = None
    finish_reason: Literal["stop", "length", "content_filter", "other"] = "stop"
    response_model: str | None = None
    attempts: int = 1


class ChatModel(Protocol):
    """A model that answers. `name` is `provider:model`, as a variant names it."""

    name: str

    def stream(self, request: ChatRequest) -> AsyncGenerator[TextDelta | ChatResult, None]:
        """Yield the text as it comes and, last, exactly one ChatResult.

        Closing the iterator cancels the call. Raises UpstreamFailed, DeadlineExceeded or Unavailable; a stream
        that breaks off never ends in a ChatResult.
        """
        ...


class Embedder(Protocol):
    """Turns text into vectors. The same text always gives the same vector, whatever stands beside it."""

    name: str
    dimensions: int
    languages: frozenset[str] | None
    """The ISO 639-1 codes it was trained for; None means many."""

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        """Return shape (dimensions,), unit length."""
        ...

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return shape (len(texts), dimensions), unit rows, in the order of `texts`."""
        ...
