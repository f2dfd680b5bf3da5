"""Connections to providers, all over one pooled HTTP client."""

from __future__ import annotations

from importlib import import_module

import httpx2
from openai import DefaultAioHttpClient
from pydantic_ai.exceptions import UserError
from pydantic_ai.models import get_user_agent

from answerable.core.errors import SetupError
from answerable.llm.chat import ProviderChatModel
from answerable.llm.embedders import ProviderEmbedder
from answerable.llm.policy import CallPolicy
from answerable.llm.prices import PriceList
from answerable.llm.providers.kit import EmbeddingKit, Kit
from answerable.llm.providers.registry import EXTRAS, KINDS
from answerable.llm.providers.types import ProviderSettings
from answerable.llm.types import ChatModel, Embedder, Usage

_TIMEOUT = httpx2.Timeout(600, connect=5)
"""A backstop only: every call runs under a deadline of its own, far shorter than this."""
_LIMITS = httpx2.Limits(max_connections=1000, max_keepalive_connections=100)


def create_backend(policy: CallPolicy) -> ProviderBackend:
    return ProviderBackend(policy)


class ProviderBackend:
    """Implements `answerable.llm.providers.types.Backend`."""

    def __init__(self, policy: CallPolicy) -> None:
        self._policy = policy
        # aiohttp under the httpx2 surface: decision 0004 has the measurement.
        self._http: httpx2.AsyncClient = DefaultAioHttpClient(
            timeout=_TIMEOUT, limits=_LIMITS, headers={"User-Agent": get_user_agent()}
        )

    def connect(self, settings: ProviderSettings) -> ProviderConnection:
        try:
            module = import_module(KINDS[settings.kind])
        except ImportError as error:
            extra = EXTRAS.get(settings.kind)
            hint = f"Install it with: pip install 'answerable[{extra}]'" if extra else None
            raise SetupError(f"A package for {settings.kind!r} is missing: {error}.", hint=hint) from error
        try:
            kit: Kit = module.build(settings, self._http)
        except UserError as error:
            raise SetupError(
                f"The model provider {settings.name!r} cannot be used as it is configured: {error}"
            ) from error
        return ProviderConnection(settings, kit, self._policy)

    async def close(self) -> None:
        await self._http.aclose()


class ProviderConnection:
    """Implements `answerable.llm.providers.types.Connection`."""

    def __init__(self, settings: ProviderSettings, kit: Kit, policy: CallPolicy) -> None:
        self._settings = settings
        self._kit = kit
        self._policy = policy
        self._prices = PriceList(catalogue=kit.catalogue, own=settings.prices)

    def chat(self, model: str) -> ChatModel:
        if self._kit.chat is None:
            raise SetupError(f"The provider {self._settings.name!r} has embedders only, no chat models.")
        # The first look into the public price list takes 0.15 s, which no call should wait for.
        self._prices.find_cost(model, Usage())
        return ProviderChatModel(
            f"{self._settings.name}:{model}",
            self._kit.chat(model),
            prices=self._prices,
            policy=self._policy,
        )

    def embedder(self, model: str) -> Embedder:
        kit = self._kit.embedding
        if kit is None:
            raise SetupError(
                f"The provider {self._settings.name!r} has no embedders.",
                hint="Choose another, or local:minilm.",
            )
        built = kit.build(model)
        dimensions = self._settings.dimensions.get(model) or _find_dimensions(kit, model)
        if dimensions is None and kit.measure is not None:
            dimensions = kit.measure(built)
        if dimensions is None:
            raise _unknown_dimensions(self._settings.name, model)
        return ProviderEmbedder(
            f"{self._settings.name}:{model}",
            built,
            dimensions=dimensions,
            batch_texts=kit.batch_texts,
            batch_tokens=kit.batch_tokens,
            policy=self._policy,
        )


def _find_dimensions(kit: EmbeddingKit, model: str) -> int | None:
    """Look the model up with and without its tag: `nomic-embed-text:v1.5` is a `nomic-embed-text`."""
    return kit.dimensions.get(model) or kit.dimensions.get(model.partition(":")[0])


def _unknown_dimensions(provider: str, model: str) -> SetupError:
    return SetupError(
        f"The number of dimensions of the embedder {provider}:{model} is not known.",
        hint=f'Set "{model}" = 1024 (or its own) in [providers.{provider}.dimensions] of answerable.toml.',
    )
