"""`/v1/model-status`: what models there are, whether they can be reached, and how they are doing in this process."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from answerable.api.rendering.models import list_models
from answerable.api.security import Developer, ServicesDep

router = APIRouter(prefix="/v1/model-status", tags=["models"])


@router.get("")
async def get_models_status(
    _: Developer,
    services: ServicesDep,
    check: Annotated[bool, Query(description="ask each provider whether it has the model")] = False,
) -> dict[str, Any]:
    """List the models that are configured, that apps use, or that were asked, with what they did since the start."""
    return {"models": await list_models(services, check=check)}
