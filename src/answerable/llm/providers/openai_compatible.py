"""Any server that speaks OpenAI's chat completions and embeddings: vLLM, llama.cpp, LM Studio, gateways.

Its rerankers are those of `POST /rerank` beside them. The option `rerank = "tei"` takes that of
text-embeddings-inference, which has words of its own and, unless told otherwise, 32 texts a request.
"""

from __future__ import annotations

from collections.abc import Mapping

import httpx2
from pydantic_ai.embeddings.openai import OpenAIEmbeddingModel
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from answerable.core.errors import SetupError
from answerable.llm.endpoints.fingerprinting import FingerprintedChatModel
from answerable.llm.endpoints.rerank import Format, RerankEndpoint
from answerable.llm.providers.kit import EmbeddingKit, Kit, RerankingKit, need_url
from answerable.llm.providers.openai import DIMENSIONS, STRICT_END, list_models
from answerable.llm.providers.types import ProviderSettings

_RERANKING: Mapping[str, tuple[Format, int]] = {"cohere": ("documents", 1000), "tei": ("texts", 32)}
"""Words and passages of one request by the option `rerank`."""


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
        reranking=_make_reranking(settings, http),
        available=lambda: list_models(provider.client),
    )


def _make_reranking(settings: ProviderSettings, http: httpx2.AsyncClient) -> RerankingKit:
    chosen = settings.options.get("rerank", "cohere")
    if chosen not in _RERANKING:
        raise SetupError(
            f"The model provider {settings.name!r} has the option rerank = {chosen!r}.",
            hint=f"Choose one of {', '.join(_RERANKING)}, or leave it out.",
        )
    format, batch_texts = _RERANKING[chosen]

    def build(model: str) -> RerankEndpoint:
        return RerankEndpoint(
            f"{settings.name}:{model}",
            http,
            base_url=need_url(settings),
            api_key=settings.api_key,
            format=format,
        )

    return RerankingKit(build, batch_texts=batch_texts)
