"""Models of this process that say what a test tells them to."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from decimal import Decimal

from answerable.llm.types import Attempt, ChatRequest, ChatResult, TextDelta, Usage


class ScriptedModel:
    """Gives its replies in turn, the last one for ever, a word at a time; keeps what it was asked."""

    name = "local:scripted"

    def __init__(self, *replies: str | ChatResult) -> None:
        self.requests: list[ChatRequest] = []
        self._replies = replies

    async def stream(self, request: ChatRequest) -> AsyncGenerator[TextDelta | ChatResult, None]:
        reply = self._replies[min(len(self.requests), len(self._replies) - 1)]
        self.requests.append(request)
        result = reply if isinstance(reply, ChatResult) else self.result(reply)
        for word in result.text.split(" "):
            yield TextDelta(f"{word} ")
        yield result

    def result(self, text: str, *, finish_reason: str = "stop") -> ChatResult:
        """Return a result of ten tokens in and five out, at a cent."""
        return ChatResult(
            text=text,
            model=self.name,
            usage=Usage(input_tokens=10, output_tokens=5),
            cost_usd=Decimal("0.01"),
            finish_reason=finish_reason,  # type: ignore[arg-type]
            attempts=(Attempt(self.name, 0.0, 1.0),),
        )
