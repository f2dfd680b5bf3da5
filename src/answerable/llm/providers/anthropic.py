"""Anthropic, by its Messages API. It has no embedders."""

from __future__ import annotations

import httpx2
from anthropic import AsyncAnthropic
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.providers.anthropic import AnthropicProvider

from answerable.llm.providers.kit import Kit, need_key
from answerable.llm.providers.types import Available, ProviderSettings

DEFAULT_URL = "https://api.anthropic.com"
_PAGE = 1000


def build(settings: ProviderSettings, http: httpx2.AsyncClient) -> Kit:
    provider = AnthropicProvider(
        api_key=need_key(settings, "ANTHROPIC_API_KEY"),
        base_url=settings.base_url or DEFAULT_URL,
        http_client=http,
    )
    client = provider.client
    client.max_retries = 0
    assert isinstance(client, AsyncAnthropic), "made from a key, not from a cloud's client"
    return Kit(
        chat=lambda model: AnthropicModel(model, provider=provider),
        catalogue="anthropic",
        available=lambda: _list_models(client),
    )


async def _list_models(client: AsyncAnthropic) -> Available:
    return {model.id: model.max_input_tokens async for model in client.models.list(limit=_PAGE)}
