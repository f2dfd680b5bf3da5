"""Any server that speaks OpenAI's chat completions and embeddings: vLLM, llama.cpp, LM Studio, gateways."""

from __future__ import annotations

import httpx2
from pydantic_ai.embeddings.openai import OpenAIEmbeddingModel
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from answerable.llm.endpoints.fingerprinting import FingerprintedChatModel
from answerable.llm.providers.kit import EmbeddingKit, Kit, need_url
from answerable.llm.providers.openai import DIMENSIONS, STRICT_END, list_models
from answerable.llm.providers.types import ProviderSettings


def build(settings: ProviderSettings, http: httpx2.AsyncClient) -> Kit:
    provider = OpenAICompatibleProvider(
        settings.name, base_url=need_url(settings), api_key=settings.api_key, http_client=http
    )
    provider.client.max_retries = 0
    return Kit(
        chat=lambda model: FingerprintedChatModel(model, provider=provider, profile=STRICT_END),
        embedding=EmbeddingKit(
            lambda model: OpenAIEmbeddingModel(model, provider=provider), dimensions=DIMENSIONS
        ),
        available=lambda: list_models(provider.client),
    )
