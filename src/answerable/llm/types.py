"""What crosses the model boundary: plain frozen values and the protocols of its three kinds of model."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Shape (n, dimensions), float32, each row of unit length."""


OutputMode = Literal["auto", "native", "tool", "prompted"]
"""How a model is made to answer in JSON: by the provider's structured output, by a tool that it must call, or by
words in the prompt. `auto` takes the best that the model is known to support."""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture for a model, already re-encoded by us: `media_type` is image/png, image/jpeg or image/webp."""

    data: bytes = field(repr=False)
    media_type: str


@dataclass(frozen=True, slots=True)
class Message:
    """`images` stand before the text; only a user's message has some."""

    role: Literal["system", "user", "assistant"]
    content: str
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class OutputSchema:
    """The JSON Schema (draft 2020-12) that an answer must fit. `name` is an identifier, as providers want one."""

    schema: Mapping[str, Any]
    name: str = "answer"
    mode: OutputMode = "auto"


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One model call. `deadline` bounds the whole of it, retries included, in seconds.

    `stream` says whether somebody watches: without, the text may come in one piece, which costs a third of the
    processor time. With `output`, the text of the result is JSON; whether it fits the schema is for the caller
    to check.
    """

    messages: tuple[Message, ...]
    max_tokens: int = 512
    temperature: float | None = 0.0
    deadline: float = 60.0
    stream: bool = True
    output: OutputSchema | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with the call, such as `traceparent`."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call. Cached, image and reasoning tokens are contained in the input and the output."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_input_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    image_tokens: int = 0

    @property
    def total(self) -> int:
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at one model. `start_ms` counts from the start of the call.

    `code` is the error's, None when it went well, `cancelled` when nobody waited for the end, `circuit_open` when the
    model was resting and not asked. `hedge` marks a second try beside one that was slow.
    """

    model: str
    start_ms: float
    duration_ms: float
    code: str | None = None
    detail: str | None = None
    hedge: bool = False


@dataclass(frozen=True, slots=True)
class ChatResult:
    """The end of a call. `cost_usd` is None when the price is unknown, and 0 only for a model that costs nothing.

    `response_model` and `fingerprint` are what the provider says has answered, and how it was run; None: it says
    nothing.
    """

    text: str
    model: str
    usage: Usage = field(default_factory=Usage)
    cost_usd: Decimal | None = None
    finish_reason: Literal["stop", "length", "content_filter", "other"] = "stop"
    response_model: str | None = None
    fingerprint: str | None = None
    attempts: tuple[Attempt, ...] = ()


class ChatModel(Protocol):
    """A model that answers. `name` is `provider:model`, as a variant names it."""

    name: str

    def stream(self, request: ChatRequest) -> AsyncGenerator[TextDelta | ChatResult, None]:
        """Yield the text as it comes and, last, exactly one ChatResult.

        Closing the iterator cancels the call. Raises UpstreamFailed, DeadlineExceeded or Unavailable; a stream
        that breaks off never ends in a ChatResult.
        """
        ...


class Reranker(Protocol):
    """A model that reads query and passage together: a provider's rerank endpoint, a cross-encoder."""

    async def score(self, query: str, passages: Sequence[str]) -> Sequence[float]:
        """Return one finite number for each passage, in order; higher is better, and only the order counts."""
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
