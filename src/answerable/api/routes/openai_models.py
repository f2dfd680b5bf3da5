"""`GET /v1/models`: the apps, as an OpenAI client lists models."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from answerable.api.openai.errors import OpenAIRoute
from answerable.api.openai.rendering import render_model
from answerable.api.openai.schemas import ErrorEnvelopeOut, ModelOut, ModelsOut
from answerable.api.security import Reader, ServicesDep

router = APIRouter(
    prefix="/v1/models",
    tags=["openai"],
    route_class=OpenAIRoute,
    responses={"4XX": {"model": ErrorEnvelopeOut, "description": "The caller must change something"}},
)


@router.get("", response_model=ModelsOut)
async def list_models(_: Reader, services: ServicesDep) -> dict[str, Any]:
    """List the apps; each name is a `model` of `/v1/chat/completions`."""
    return {"object": "list", "data": [render_model(app) for app in services.apps.list_apps()]}


@router.get("/{model}", response_model=ModelOut)
async def get_model(model: str, _: Reader, services: ServicesDep) -> dict[str, Any]:
    """Return one app, or one pinned variant of it as `NAME@VARIANT`."""
    variant = services.apps.get_variant(model)
    return {**render_model(services.apps.get_app(variant.app)), "id": model}
