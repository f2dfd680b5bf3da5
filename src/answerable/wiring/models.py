"""Providers and their models."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack

from answerable.llm.environment import merge_providers
from answerable.llm.extractive.model import ExtractiveModel
from answerable.llm.minilm.embedder import LocalEmbedder
from answerable.llm.minilm.model import MiniLM
from answerable.llm.service import Models
from answerable.settings import Settings
from answerable.wiring.providers import get_default_model, list_providers


async def open_models(settings: Settings, environ: Mapping[str, str], stack: AsyncExitStack) -> Models:
    models = Models(
        merge_providers(list_providers(settings, environ), environ),
        default_chat_name=get_default_model(settings, environ),
    )
    stack.push_async_callback(models.close)
    embedder = LocalEmbedder(await asyncio.to_thread(MiniLM.load))
    stack.push_async_callback(embedder.close)
    models.register_local_embedder(embedder)
    models.register_local_chat(ExtractiveModel(embedder))
    return models
