"""`/v1/model-checks`: whether the models that apps are pinned to are still what they were."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from answerable.api.bodies import RequestBody
from answerable.api.rendering.canaries import render_check, render_standing
from answerable.api.security import Developer, ServicesDep

router = APIRouter(prefix="/v1/model-checks", tags=["models"])


class AcceptIn(RequestBody):
    """Which models are accepted as they were seen last; all without either."""

    app: Annotated[str | None, Field(max_length=200)] = None
    model: Annotated[str | None, Field(max_length=500)] = None


@router.get("")
async def list_model_checks(_: Developer, services: ServicesDep) -> dict[str, Any]:
    """List how each model stood at its last check, and what it is held against."""
    return {"models": [render_standing(one) for one in await services.canaries.list_standings()]}


@router.post("/accept")
async def accept_models(body: AcceptIn, principal: Developer, services: ServicesDep) -> dict[str, Any]:
    """Make what the last checks saw what later ones are held against. No model is asked."""
    accepted = await services.canaries.accept(app=body.app, model=body.model, by=principal.name)
    return {"accepted": [render_check(one) for one in accepted]}
