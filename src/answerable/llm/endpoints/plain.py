"""Which models and requests need nothing of what Pydantic AI knows about models."""

from __future__ import annotations

import re

from openai import AsyncOpenAI
from pydantic_ai.models import Model
from pydantic_ai.models.ollama import OllamaModel
from pydantic_ai.models.openai import OpenAIChatModel

from answerable.llm.endpoints.chat_completions import ChatCompletionsEndpoint
from answerable.llm.endpoints.fingerprinting import FingerprintedChatModel
from answerable.llm.types import ChatRequest

_CONTROL_TOKEN = re.compile(r"<[|｜]|[|｜]>|<(?:start|end)_of_turn>|\[\||\[/?[A-Z_]+\]|\]~|e~\[", re.ASCII)
"""What may be a control token of some chat template, such as <|im_start|>: a superset of what Pydantic AI looks for.
A host may read one in a user's text as the start of a turn of another role, so Pydantic AI makes it harmless."""

_PLAIN = (OpenAIChatModel, FingerprintedChatModel, OllamaModel)
_KNOWN_BETTER = frozenset({"openai", "azure"})
"""Providers with parameters and errors of their own that Pydantic AI knows: cache keys, Azure's content filter."""


def find_plain_endpoint(model: Model) -> ChatCompletionsEndpoint | None:
    """Return the faster way to a model, None where only Pydantic AI knows how to speak to it.

    OpenAI and Azure themselves, models that reason (they refuse some parameters) and servers with other roles or
    fewer parameters are left to Pydantic AI. The types are compared exactly: a subclass is there to do something else.
    """
    if type(model) not in _PLAIN or not isinstance(model, OpenAIChatModel):
        return None
    profile = model.profile
    is_usual = (
        type(model.client) is AsyncOpenAI
        and model.system not in _KNOWN_BETTER
        and not profile.get("openai_supports_reasoning", False)
        and not profile.get("openai_unsupported_model_settings", ())
        and profile.get("openai_system_prompt_role") in (None, "system")
        and profile.get("openai_chat_supports_multiple_system_messages", True)
    )
    return ChatCompletionsEndpoint(model) if is_usual else None


def is_plain(request: ChatRequest) -> bool:
    """Say whether a request has words only, and none that a model's template might take for control tokens."""
    return request.output is None and not any(
        message.images or _CONTROL_TOKEN.search(message.content) for message in request.messages
    )
