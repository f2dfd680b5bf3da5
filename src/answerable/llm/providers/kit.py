"""What a kind of provider consists of, in terms of Pydantic AI."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from pydantic_ai.embeddings.base import EmbeddingModel
from pydantic_ai.models import Model

from answerable.core.errors import SetupError
from answerable.llm.providers.types import Available, ProviderSettings
from answerable.llm.rerankers import RerankApi


@dataclass(frozen=True, slots=True)
class EmbeddingKit:
    """The embedding side of a provider.

    `dimensions` holds the models that are widely known; `measure` finds the others' where that costs no call.
    `batch_texts` and `batch_tokens` bound one request, as the provider documents it.
    """

    build: Callable[[str], EmbeddingModel]
    dimensions: Mapping[str, int] = field(default_factory=dict)
    measure: Callable[[EmbeddingModel], int | None] | None = None
    batch_texts: int = 64
    batch_tokens: int = 100_000


@dataclass(frozen=True, slots=True)
class RerankingKit:
    """The reranking side of a provider; `batch_texts` bounds the passages of one request."""

    build: Callable[[str], RerankApi]
    batch_texts: int = 1000


@dataclass(frozen=True, slots=True)
class Kit:
    """`catalogue` is the provider's name in genai-prices, None when its prices are its operator's.

    `available` asks the provider which models it has, where it has such a question; it raises what its SDK raises.
    """

    chat: Callable[[str], Model] | None = None
    embedding: EmbeddingKit | None = None
    reranking: RerankingKit | None = None
    catalogue: str | None = None
    available: Callable[[], Awaitable[Available]] | None = None


def need_key(settings: ProviderSettings, variable: str) -> str:
    """Return the API key. Raises SetupError, so that an SDK never goes looking for one by itself."""
    if settings.api_key:
        return settings.api_key
    raise SetupError(
        f"The model provider {settings.name!r} has no API key.",
        hint=f"Set {variable} in the environment, or `api_key` in [providers.{settings.name}] of answerable.toml.",
    )


def need_url(settings: ProviderSettings, variable: str | None = None) -> str:
    """Return the address. Raises SetupError."""
    if settings.base_url:
        return settings.base_url
    by_environment = f"Set {variable} in the environment, or " if variable else "Set "
    raise SetupError(
        f"The model provider {settings.name!r} has no address.",
        hint=f"{by_environment}`base_url` in [providers.{settings.name}] of answerable.toml.",
    )
