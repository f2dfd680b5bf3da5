"""`/v1/keys`: make, list and revoke API keys."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import Field

from answerable.access.types import Role
from answerable.api.bodies import RequestBody
from answerable.api.rendering.keys import render_key
from answerable.api.security import Admin, ServicesDep

router = APIRouter(prefix="/v1/keys", tags=["keys"])


class KeyBody(RequestBody):
    name: str = Field(min_length=1, max_length=100)
    role: Role = "app"
    groups: list[str] | None = Field(None, description="document groups that the key may read; null: all")


@router.post("", status_code=201)
async def create_key(body: KeyBody, principal: Admin, services: ServicesDep) -> dict[str, Any]:
    """Make a key. `secret` is shown this once."""
    key, secret = await services.access.create_key(
        body.name, role=body.role, groups=body.groups, by=principal.name
    )
    return {**render_key(key), "secret": secret}


@router.get("")
async def list_keys(principal: Admin, services: ServicesDep) -> dict[str, Any]:
    del principal
    return {"keys": [render_key(key) for key in await services.access.list_keys()]}


@router.delete("/{name}")
async def revoke_key(name: str, principal: Admin, services: ServicesDep) -> dict[str, Any]:
    """Revoke by id, name or shown prefix; it stops working within a second."""
    revoked = await services.access.revoke_key(name, by=principal.name)
    return {"revoked": [render_key(key) for key in revoked]}
