"""Azure OpenAI. A model's name is the name of its deployment.

Without the option `api_version` the resource's `/openai/v1/` API is used, which needs none.
"""

from __future__ import annotations

import httpx2
from pydantic_ai.embeddings.openai import OpenAIEmbeddingModel
from pydantic_ai.providers.azure import AzureProvider

from answerable.llm.endpoints.fingerprinting import FingerprintedChatModel
from answerable.llm.providers.kit import EmbeddingKit, Kit, need_key, need_url
from answerable.llm.providers.openai import DIMENSIONS, STRICT_END
from answerable.llm.providers.types import ProviderSettings


def build(settings: ProviderSettings, http: httpx2.AsyncClient) -> Kit:
    url = need_url(settings, "AZURE_OPENAI_ENDPOINT")
    version = settings.options.get("api_version")
    if version is None and "/v1" not in url:
        url = url.rstrip("/") + "/openai/v1/"
    provider = AzureProvider(
        azure_endpoint=url,
        api_version=version,
        api_key=need_key(settings, "AZURE_OPENAI_API_KEY"),
        http_client=http,
    )
    provider.client.max_retries = 0
    return Kit(
        chat=lambda model: FingerprintedChatModel(model, provider=provider, profile=STRICT_END),
        embedding=EmbeddingKit(
            lambda model: OpenAIEmbeddingModel(model, provider=provider),
            dimensions=DIMENSIONS,
            batch_texts=256,
            batch_tokens=200_000,
        ),
        catalogue="azure",
    )
