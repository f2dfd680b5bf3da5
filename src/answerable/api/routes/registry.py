"""The routers of the API. A new resource is a file here and a line below."""

from __future__ import annotations

from fastapi import APIRouter

from answerable.api.routes import (
    ask,
    chat_completions,
    collections,
    conversations,
    documents,
    health,
    ingestions,
    keys,
    models_status,
    openai_models,
    runs,
    search,
    traces,
)

ROUTERS: tuple[APIRouter, ...] = (
    ask.router,
    runs.router,
    chat_completions.router,
    models_status.router,
    openai_models.router,
    search.router,
    collections.router,
    documents.router,
    ingestions.router,
    traces.router,
    conversations.router,
    keys.router,
    health.router,
)
