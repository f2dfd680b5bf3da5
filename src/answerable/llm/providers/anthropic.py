"""Anthropic, by its Messages API. It has no embedders."""

from __future__ import annotations

import httpx2
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.providers.anthropic import AnthropicProvider

from answerable.llm.providers.kit import Kit, need_key
from answerable.llm.providers.types import ProviderSettings

DEFAULT_URL = "https://api.anthropic.com"


def build(settings: ProviderSettings, http: httpx2.AsyncClient) -> Kit:
    provider = AnthropicProvider(
        api_key=need_key(settings, "ANTHROPIC_API_KEY"),
        base_url=settings.base_url or DEFAULT_URL,
        http_client=http,
    )
    provider.client.max_retries = 0
    return Kit(chat=lambda model: AnthropicModel(model, provider=provider), catalogue="anthropic")
