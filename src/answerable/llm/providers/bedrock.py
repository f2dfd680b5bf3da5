"""Amazon Bedrock, by the AWS SDK and the credentials that the machine has for it.

The SDK is blocking and runs in threads, so this is the one provider outside the pooled HTTP client.
"""

from __future__ import annotations

from collections.abc import Mapping

import boto3  # type: ignore[import-untyped]
import httpx2
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.session import Session  # type: ignore[import-untyped]
from botocore.tokens import FrozenAuthToken  # type: ignore[import-untyped]
from pydantic_ai.embeddings.bedrock import BedrockEmbeddingModel
from pydantic_ai.models.bedrock import BedrockConverseModel
from pydantic_ai.providers.bedrock import BedrockProvider

from answerable.core.errors import SetupError
from answerable.llm.providers.kit import EmbeddingKit, Kit
from answerable.llm.providers.types import ProviderSettings

DIMENSIONS: Mapping[str, int] = {
    "amazon.titan-embed-text-v2:0": 1024,
    "cohere.embed-english-v3": 1024,
    "cohere.embed-multilingual-v3": 1024,
}
_CONFIG = Config(connect_timeout=5, read_timeout=120, retries={"total_max_attempts": 1})

_BEARER = Config(signature_version="bearer")
"""The SDK takes to a key by itself only where it stands in the environment."""


class BearerSession(Session):  # type: ignore[misc]
    """Signs with a Bedrock API key instead of the machine's credentials."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = key

    def get_auth_token(self, **_options: object) -> FrozenAuthToken:
        return FrozenAuthToken(self._key)

    def get_credentials(self) -> None:
        """Return none, so that nothing looks for them in the network."""


def build(settings: ProviderSettings, _http: httpx2.AsyncClient) -> Kit:
    region = settings.options.get("region")
    if not region:
        raise SetupError(
            f"The model provider {settings.name!r} has no region.",
            hint=f"Set AWS_REGION, or `region` in [providers.{settings.name}.options] of answerable.toml.",
        )
    session = boto3.Session(
        botocore_session=BearerSession(settings.api_key) if settings.api_key else None,
        region_name=region,
        profile_name=settings.options.get("profile"),
    )
    config = _CONFIG.merge(_BEARER) if settings.api_key else _CONFIG
    client = session.client("bedrock-runtime", config=config, endpoint_url=settings.base_url)
    provider = BedrockProvider(bedrock_client=client)
    return Kit(
        chat=lambda model: BedrockConverseModel(model, provider=provider),
        embedding=EmbeddingKit(
            lambda model: BedrockEmbeddingModel(model, provider=provider), dimensions=DIMENSIONS
        ),
        catalogue="aws",
    )
