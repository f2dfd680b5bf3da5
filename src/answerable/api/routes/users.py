"""`/v1/users/{user}/data`: the right to erasure."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from answerable.api.security import Admin, ServicesDep

router = APIRouter(prefix="/v1/users", tags=["users"])


@router.delete("/{user:path}/data")
async def erase_user(user: str, principal: Admin, services: ServicesDep) -> dict[str, Any]:
    """Delete everything that came from an end user: traces, conversations, feedback, and what was made of them."""
    report = await services.eraser.erase_user(user, by=principal.name)
    return {"user": user, "deleted": dict(report.deleted)}
