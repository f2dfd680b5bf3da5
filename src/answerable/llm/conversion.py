"""Our values into Pydantic AI's and back."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    ModelResponseStreamEvent,
    PartDeltaEvent,
    PartStartEvent,
    SystemPromptPart,
    TextPart,
    TextPartDelta,
    UserPromptPart,
)
from pydantic_ai.settings import ModelSettings

from answerable.llm.texts import make_sendable
from answerable.llm.tokens import estimate_tokens
from answerable.llm.types import ChatRequest, Message, Usage


def to_messages(messages: Sequence[Message]) -> list[ModelMessage]:
    return [_to_message(message) for message in messages]


def _to_message(message: Message) -> ModelMessage:
    content = make_sendable(message.content)
    if message.role == "assistant":
        return ModelResponse(parts=[TextPart(content=content)])
    if message.role == "system":
        return ModelRequest(parts=[SystemPromptPart(content=content)])
    return ModelRequest(parts=[UserPromptPart(content=content)])


def to_settings(request: ChatRequest) -> ModelSettings:
    settings = ModelSettings(max_tokens=request.max_tokens)
    if request.temperature is not None:
        settings["temperature"] = request.temperature
    return settings


def get_text(event: ModelResponseStreamEvent) -> str:
    """Return the answer's text in an event; thinking and everything else has none."""
    if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
        return event.part.content
    if isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
        return event.delta.content_delta
    return ""


def to_usage(request: ChatRequest, response: ModelResponse, text: str) -> Usage:
    """Return the tokens as the provider counted them, else our estimate (`llm/tokens.py`)."""
    counted = response.usage
    if not counted.input_tokens and not counted.output_tokens:
        asked = sum(estimate_tokens(message.content) for message in request.messages)
        return Usage(input_tokens=asked, output_tokens=estimate_tokens(text))
    return Usage(
        input_tokens=counted.input_tokens,
        output_tokens=counted.output_tokens,
        cached_input_tokens=counted.cache_read_tokens,
    )
