"""Providers and their models."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack

from answerable.llm.environment import choose_default, merge_providers
from answerable.llm.extractive.model import ExtractiveModel
from answerable.llm.minilm.embedder import LocalEmbedder
from answerable.llm.minilm.model import MiniLM
from answerable.llm.providers.types import Price, ProviderSettings
from answerable.llm.service import Models
from answerable.settings import ProviderEntry, Settings
from answerable.wiring.secrets import read_secret


async def open_models(settings: Settings, environ: Mapping[str, str], stack: AsyncExitStack) -> Models:
    configured = [_provider(name, entry, environ) for name, entry in settings.providers.items()]
    models = Models(
        merge_providers(configured, environ),
        default_chat_name=settings.default_model or choose_default(environ, configured),
    )
    stack.push_async_callback(models.close)
    embedder = LocalEmbedder(await asyncio.to_thread(MiniLM.load))
    stack.push_async_callback(embedder.close)
    models.register_local_embedder(embedder)
    models.register_local_chat(ExtractiveModel(embedder))
    return models


def _provider(name: str, entry: ProviderEntry, environ: Mapping[str, str]) -> ProviderSettings:
    key = read_secret(entry.api_key, entry.api_key_env, environ, of=f"The provider {name!r} takes its key")
    return ProviderSettings(
        name=name,
        kind=entry.kind,
        base_url=entry.base_url,
        api_key=key,
        default_model=entry.default_model,
        options=entry.options,
        prices={model: Price(**price.model_dump()) for model, price in entry.prices.items()},
        dimensions=entry.dimensions,
        concurrency=entry.concurrency,
    )
