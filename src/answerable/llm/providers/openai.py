"""OpenAI, by its Responses API, which OpenAI recommends and Pydantic AI takes by default.

The option `api = "chat"` takes chat completions instead, for a proxy that speaks nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping

import httpx2
from openai import AsyncOpenAI
from pydantic_ai.embeddings.openai import OpenAIEmbeddingModel
from pydantic_ai.models import Model
from pydantic_ai.models.openai import OpenAIResponsesModel
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.openai import OpenAIProvider

from answerable.llm.endpoints.fingerprinting import FingerprintedChatModel
from answerable.llm.providers.contexts import find_context
from answerable.llm.providers.kit import EmbeddingKit, Kit, need_key
from answerable.llm.providers.types import Available, ProviderSettings

DEFAULT_URL = "https://api.openai.com/v1"
DIMENSIONS: Mapping[str, int] = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
}
STRICT_END = OpenAIModelProfile(openai_chat_streaming_requires_finish_reason=True)
"""Without it, a stream that a proxy ended in the middle would pass for a complete answer."""


def build(settings: ProviderSettings, http: httpx2.AsyncClient) -> Kit:
    provider = OpenAIProvider(
        base_url=settings.base_url or DEFAULT_URL,
        api_key=need_key(settings, "OPENAI_API_KEY"),
        http_client=http,
    )
    # Retries are ours: the SDK's would multiply with them and know no deadline.
    provider.client.max_retries = 0

    def chat(model: str) -> Model:
        if settings.options.get("api") == "chat":
            return FingerprintedChatModel(model, provider=provider, profile=STRICT_END)
        return OpenAIResponsesModel(model, provider=provider)

    # https://platform.openai.com/docs/api-reference/embeddings: 2048 inputs and 300,000 tokens a request.
    embedding = EmbeddingKit(
        lambda model: OpenAIEmbeddingModel(model, provider=provider),
        dimensions=DIMENSIONS,
        batch_texts=256,
        batch_tokens=200_000,
    )
    return Kit(
        chat=chat,
        embedding=embedding,
        catalogue="openai",
        available=lambda: list_models(provider.client),
    )


async def list_models(client: AsyncOpenAI) -> Available:
    """Return what `GET /models` lists. Raises what the SDK raises."""
    return {model.id: find_context(model.model_extra or {}) async for model in client.models.list()}
