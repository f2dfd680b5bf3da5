"""Connections to providers, all over one pooled HTTP client."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial
from importlib import import_module

import httpx2
from openai import DefaultAioHttpClient
from pydantic_ai.exceptions import UserError
from pydantic_ai.models import Model, get_user_agent

from answerable.core.errors import SetupError
from answerable.llm.batching import ProviderBatches
from answerable.llm.chat import ProviderChatModel
from answerable.llm.embedders import ProviderEmbedder
from answerable.llm.endpoints.any_model import AnyModelEndpoint
from answerable.llm.failures import explain
from answerable.llm.policy import CallPolicy
from answerable.llm.prices import PriceList
from answerable.llm.provider_names import no_rerankers
from answerable.llm.providers.bounds import bound_response
from answerable.llm.providers.kit import EmbeddingKit, Kit
from answerable.llm.providers.listing import list_available
from answerable.llm.providers.registry import EXTRAS, KINDS
from answerable.llm.providers.types import Available, ModelFacts, ProviderSettings
from answerable.llm.rerankers import ProviderReranker
from answerable.llm.routing.types import SingleModel, Trouble
from answerable.llm.status import ModelRecord
from answerable.llm.types import Embedder, Reranker, Usage

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
            timeout=_TIMEOUT,
            limits=_LIMITS,
            headers={"User-Agent": get_user_agent()},
            event_hooks={"response": [bound_response]},
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
        self._prices = PriceList(catalogue=kit.catalogue, own=settings.prices, clock=policy.clock)

    def chat(self, model: str) -> SingleModel:
        # The first look into the public price list takes 0.15 s, which no call should wait for.
        self._prices.find_rates(model)
        return ProviderChatModel(
            f"{self._settings.name}:{model}",
            self._build(model),
            prices=self._prices,
            clock=self._policy.clock,
        )

    def batches(self, model: str) -> ProviderBatches:
        name, built = f"{self._settings.name}:{model}", self._build(model)
        stated = model in self._settings.prices
        return ProviderBatches(
            name,
            built,
            endpoint=AnyModelEndpoint(name, built),
            own_price=partial(self._prices.find_cost, model) if stated else None,
        )

    def explain(self, error: Exception, name: str) -> Trouble:
        return explain(error, name)

    def find_cost(self, model: str, usage: Usage) -> Decimal | None:
        return self._prices.find_cost(model, usage)

    def describe(self, model: str) -> ModelFacts:
        """Return what the price list and Pydantic AI's profile of the model say; a profile knows by its name alone."""
        profile = self._build(model).profile
        return replace(
            self.describe_other(model),
            images=profile.get("supports_image_input", True),
            json_schema=profile.get("supports_json_schema_output", False),
            tools=profile.get("supports_tools", True),
        )

    def describe_other(self, model: str) -> ModelFacts:
        rates = self._prices.find_rates(model)
        return ModelFacts(
            context_window=self._settings.contexts.get(model) or self._prices.find_context_window(model),
            input_price=None if rates is None or rates.input is None else rates.input[0][1],
            output_price=None if rates is None or rates.output is None else rates.output[0][1],
        )

    async def list_available(self) -> Available | None:
        if self._kit.available is None:
            return None
        return await list_available(self._settings.name, self._kit.available)

    def embedder(self, model: str, record: ModelRecord) -> Embedder:
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
            prices=self._prices,
            record=record,
        )

    def reranker(self, model: str, record: ModelRecord) -> Reranker:
        kit = self._kit.reranking
        if kit is None:
            raise no_rerankers(self._settings.name, self._settings.kind)
        return ProviderReranker(
            f"{self._settings.name}:{model}",
            kit.build(model),
            batch_texts=kit.batch_texts,
            policy=self._policy,
            prices=self._prices,
            record=record,
        )

    def _build(self, model: str) -> Model:
        if self._kit.chat is None:
            raise SetupError(f"The provider {self._settings.name!r} has embedders only, no chat models.")
        return self._kit.chat(model)


def _find_dimensions(kit: EmbeddingKit, model: str) -> int | None:
    """Look the model up with and without its tag: `nomic-embed-text:v1.5` is a `nomic-embed-text`."""
    return kit.dimensions.get(model) or kit.dimensions.get(model.partition(":")[0])


def _unknown_dimensions(provider: str, model: str) -> SetupError:
    return SetupError(
        f"The number of dimensions of the embedder {provider}:{model} is not known.",
        hint=f'Set "{model}" = 1024 (or its own) in [providers.{provider}.dimensions] of answerable.toml.',
    )
