"""`/v1/sessions`: tokens with which a page may ask for some minutes, made by the page's own server."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from answerable.api.feedback_schemas import SessionBody, SessionOut
from answerable.api.security import Minter, ServicesDep

router = APIRouter(prefix="/v1/sessions", tags=["sessions"])


@router.post("", status_code=201, response_model=SessionOut)
async def create_session(body: SessionBody, principal: Minter, services: ServicesDep) -> dict[str, Any]:
    """Make a session of this key for a browser: one app, one user, some of the key's document groups."""
    app = services.apps.get_variant(body.app).app
    token, expires_at = services.sessions.create(
        principal, app=app, user=body.user, groups=body.groups, minutes=body.minutes
    )
    return {"token": token, "expires_at": expires_at, "app": app}
