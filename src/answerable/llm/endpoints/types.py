"""One complete answer of a provider, and the protocol of what gets it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from answerable.llm.types import ChatRequest, Usage

Ending = Literal["stop", "length", "content_filter", "other"]


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer. `ending` is None when the provider never said why it ended, `usage` when it did not count.

    `model` is what the provider says has answered, `fingerprint` what it says of how that model was run.
    """

    text: str
    ending: Ending | None
    usage: Usage | None
    model: str | None
    fingerprint: str | None = None


class Endpoint(Protocol):
    """Asks one model once. Raises what Pydantic AI raises, for `llm/failures.py` to classify."""

    async def ask(self, request: ChatRequest) -> Reply:
        """Return the answer in one piece."""
        ...

    def open(self, request: ChatRequest) -> AbstractAsyncContextManager[AsyncIterator[str | Reply]]:
        """Open a stream of pieces of text and, last, the reply.

        A piece may be empty: a sign of life of a model that thinks. Leaving the context hangs up.
        """
        ...
