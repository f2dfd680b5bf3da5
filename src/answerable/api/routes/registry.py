"""The routers of the API. A new resource is a file here and a line below."""

from __future__ import annotations

from fastapi import APIRouter

from answerable.api.routes import ask, collections, documents, health, ingestions, keys, search

ROUTERS: tuple[APIRouter, ...] = (
    ask.router,
    search.router,
    collections.router,
    documents.router,
    ingestions.router,
    keys.router,
    health.router,
)
