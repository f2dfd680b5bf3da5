"""Google Gemini, by its own API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import httpx2
from google.genai import Client
from pydantic_ai.embeddings.google import GoogleEmbeddingModel
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.providers import Provider
from pydantic_ai.providers.google import GoogleProvider

from answerable.llm.providers.kit import EmbeddingKit, Kit, need_key
from answerable.llm.providers.types import Available, ProviderSettings

DIMENSIONS: Mapping[str, int] = {"gemini-embedding-001": 3072, "gemini-embedding-2": 3072}


def build(settings: ProviderSettings, http: httpx2.AsyncClient) -> Kit:
    provider = GoogleProvider(
        api_key=need_key(settings, "GEMINI_API_KEY"), base_url=settings.base_url, http_client=http
    )

    async def list_models() -> Available:
        pager = await provider.client.aio.models.list()
        return {(model.name or "").removeprefix("models/"): model.input_token_limit async for model in pager}

    return replace(build_kit(provider), available=list_models)


def build_kit(provider: Provider[Client]) -> Kit:
    """Return the kit of either of Google's two ways. Its SDK does not retry unless told to."""
    embedding = EmbeddingKit(
        lambda model: GoogleEmbeddingModel(model, provider=provider),
        dimensions=DIMENSIONS,
        batch_texts=100,
        batch_tokens=20_000,
    )
    return Kit(
        chat=lambda model: GoogleModel(model, provider=provider), embedding=embedding, catalogue="google"
    )
