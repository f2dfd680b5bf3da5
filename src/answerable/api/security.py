"""Who sends a request: the key in its header, checked, authorised and counted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from answerable.access.types import Principal, Role
from answerable.wiring import Services

_bearer = HTTPBearer(auto_error=False, description="An API key: `Authorization: Bearer ans_...`")


def get_services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(get_services)]


def require(*roles: Role) -> Callable[..., Awaitable[Principal]]:
    """Return a dependency that lets these roles (and `admin`) through, within the key's request limit."""

    async def principal(
        request: Request, services: ServicesDep, _: Annotated[object, Depends(_bearer)]
    ) -> Principal:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        found = await services.access.authenticate(secret.strip() if scheme.lower() == "bearer" else None)
        services.access.authorise(found, roles)
        services.access.take(found)
        return found

    return principal


Reader = Annotated[Principal, Depends(require("developer", "reviewer", "app"))]
"""Anybody with a key: may ask and search what its groups allow."""

Developer = Annotated[Principal, Depends(require("developer"))]
"""May change collections and documents."""

Admin = Annotated[Principal, Depends(require())]
"""May make and revoke keys."""
