"""Ollama, on this machine or another, by its OpenAI-compatible API."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx2
from openai import AsyncOpenAI, OpenAIError
from pydantic_ai.embeddings.openai import OpenAIEmbeddingModel
from pydantic_ai.models.ollama import OllamaModel
from pydantic_ai.providers.ollama import OllamaProvider

from answerable.llm.providers.contexts import find_shown_context
from answerable.llm.providers.kit import EmbeddingKit, Kit
from answerable.llm.providers.openai import STRICT_END, list_models
from answerable.llm.providers.types import Available, ProviderSettings

_MOST_SHOWN = 50
_SHOW_SECONDS = 2.0
"""Less than the list of models may take: who has no answer to this is not unreachable."""
DEFAULT_URL = "http://127.0.0.1:11434/v1"
DIMENSIONS: Mapping[str, int] = {
    "all-minilm": 384,
    "bge-m3": 1024,
    "embeddinggemma": 768,
    "mxbai-embed-large": 1024,
    "nomic-embed-text": 768,
    "snowflake-arctic-embed2": 1024,
}


def build(settings: ProviderSettings, http: httpx2.AsyncClient) -> Kit:
    provider = OllamaProvider(
        base_url=get_url(settings.base_url), api_key=settings.api_key or "ollama", http_client=http
    )
    provider.client.max_retries = 0
    return Kit(
        chat=lambda model: OllamaModel(model, provider=provider, profile=STRICT_END),
        embedding=EmbeddingKit(
            lambda model: OpenAIEmbeddingModel(model, provider=provider), dimensions=DIMENSIONS
        ),
        available=lambda: list_pulled(provider.client),
    )


async def list_pulled(client: AsyncOpenAI) -> Available:
    """Return what was pulled. Raises what the SDK raises, but not for a model that does not tell its context.

    `GET /v1/models` has only names; a model's context stands in Ollama's own answer to `POST /api/show`.
    """
    listed = await list_models(client)
    asked = list(listed)[:_MOST_SHOWN]
    contexts = await asyncio.gather(*(_find_context(client, model) for model in asked))
    return {**listed, **dict(zip(asked, contexts, strict=True))}


async def _find_context(client: AsyncOpenAI, model: str) -> int | None:
    try:
        shown = await client.post(
            str(client.base_url.join("../api/show")),
            body={"model": model},
            cast_to=dict[str, Any],
            options={"timeout": _SHOW_SECONDS},
        )
    except OpenAIError:
        return None
    return find_shown_context(shown)


def get_url(address: str | None) -> str:
    """Return the API's address from what `OLLAMA_HOST` may hold: a host, a host and port, or an address."""
    if not address:
        return DEFAULT_URL
    address = address if "://" in address else f"http://{address}"
    scheme, _, rest = address.partition("://")
    host, _, path = rest.partition("/")
    # 0.0.0.0 is where a server listens, not where a client can go.
    host = host.replace("0.0.0.0", "127.0.0.1")  # noqa: S104
    if ":" not in host and scheme == "http":
        host += ":11434"
    return f"{scheme}://{host}/{path.strip('/') or 'v1'}"
