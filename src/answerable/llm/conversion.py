"""Our values into Pydantic AI's and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import cast

from pydantic_ai.messages import (
    BinaryContent,
    ModelMessage,
    ModelRequest,
    ModelResponse,
    SystemPromptPart,
    TextPart,
    UserContent,
    UserPromptPart,
)
from pydantic_ai.models.openai import OpenAIChatModelSettings
from pydantic_ai.profiles import ModelProfile
from pydantic_ai.settings import CacheConfig, ModelSettings
from pydantic_ai.usage import RequestUsage

from answerable.llm.texts import make_sendable
from answerable.llm.types import ChatRequest, Message, Usage

_KEYED = frozenset({"openai", "azure"})
"""Where a cache key is a known parameter; a compatible server may refuse what it does not know."""
_CACHE = CacheConfig(messages=False)
"""Prompts are ordered static first: the provider may keep that part, where keeping it has to be asked for. The
conversation is left out: what comes after the static part is rarely sent twice, and writing to a cache costs more."""


def to_messages(messages: Sequence[Message]) -> list[ModelMessage]:
    return [_to_message(message) for message in messages]


def _to_message(message: Message) -> ModelMessage:
    content = make_sendable(message.content)
    if message.role == "assistant":
        return ModelResponse(parts=[TextPart(content=content)])
    if message.role == "system":
        return ModelRequest(parts=[SystemPromptPart(content=content)])
    if not message.images:
        return ModelRequest(parts=[UserPromptPart(content=content)])
    parts: list[UserContent] = [
        BinaryContent(data=image.data, media_type=image.media_type) for image in message.images
    ]
    # Providers refuse an empty text beside an image.
    return ModelRequest(parts=[UserPromptPart(content=[*parts, content] if content else parts)])


def to_settings(request: ChatRequest, profile: ModelProfile, *, system: str) -> ModelSettings:
    """Return the settings of a request to a provider that Pydantic AI calls `system`.

    Models that choose their words by themselves get no temperature.
    """
    settings = OpenAIChatModelSettings(max_tokens=request.max_tokens, cache=_CACHE)
    cache_key = find_cache_key(request) if system in _KEYED else None
    if cache_key is not None:
        settings["openai_prompt_cache_key"] = cache_key
    takes_sampling = _takes_sampling(profile)
    if request.temperature is not None and takes_sampling:
        settings["temperature"] = request.temperature
    if request.top_p is not None and takes_sampling:
        settings["top_p"] = request.top_p
    if request.seed is not None:
        settings["seed"] = request.seed
    if request.stop:
        settings["stop_sequences"] = list(request.stop)
    if request.headers:
        settings["extra_headers"] = dict(request.headers)
    return settings


def find_cache_key(request: ChatRequest) -> str | None:
    """Return what is equal for requests that start with the same system message, None without one.

    OpenAI sends requests with equal keys to machines that already hold their start:
    https://platform.openai.com/docs/guides/prompt-caching
    """
    static = "".join(message.content for message in request.messages if message.role == "system")
    if not static:
        return None
    return blake2b(static.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _takes_sampling(profile: ModelProfile) -> bool:
    """Say whether a model takes a temperature. Pydantic AI would leave it out too, and warn of it at every call."""
    facts = cast("Mapping[str, object]", profile)
    if facts.get("anthropic_disallows_sampling_settings") or facts.get("bedrock_disallows_sampling_settings"):
        return False
    can_rest = facts.get("openai_supports_reasoning_effort_none")
    thinks = facts.get("thinking_enabled_by_default") or not can_rest
    return not (facts.get("openai_supports_reasoning") and thinks)


def to_usage(counted: RequestUsage) -> Usage | None:
    """Return the tokens as the provider counted them, None when it did not."""
    if not counted.input_tokens and not counted.output_tokens:
        return None
    details = counted.details
    reasoning = (
        counted.output_reasoning_tokens or details.get("reasoning_tokens") or details.get("thoughts_tokens")
    )
    return Usage(
        input_tokens=counted.input_tokens,
        output_tokens=counted.output_tokens,
        cached_input_tokens=counted.cache_read_tokens,
        cache_write_tokens=counted.cache_write_tokens,
        reasoning_tokens=reasoning or 0,
        image_tokens=details.get("image_tokens") or details.get("image_prompt_tokens") or 0,
    )
