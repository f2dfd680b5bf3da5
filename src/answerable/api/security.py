"""Who sends a request: the key in its header, checked, authorised and counted."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from answerable.access.types import Principal, Role
from answerable.answering.types import Caller
from answerable.wiring import Services


async def get_services(request: Request) -> Services:  # async: a plain function would cost a thread's turn
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(get_services)]


class KeyOf(SecurityBase):
    """A dependency that lets the keys of these roles (and of `admin`) through, within the key's request limit.

    It is the security scheme itself and has no dependencies: each one nested costs more than the check does.
    """

    def __init__(self, *roles: Role) -> None:
        self.scheme_name = "HTTPBearer"
        self.model = HTTPBearer(description="An API key: `Authorization: Bearer ans_...`")
        self._roles = roles

    async def __call__(self, request: Request) -> Principal:
        access = (await get_services(request)).access
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        found = await access.authenticate(secret.strip() if scheme.lower() == "bearer" else None)
        access.authorise(found, self._roles)
        access.take(found)
        return found


def get_caller(principal: Principal, *, user: str | None = None) -> Caller:
    """Return the one who asks, as answering knows it."""
    return Caller(key_id=principal.key_id, key_name=principal.name, groups=principal.groups, user=user)


Reader = Annotated[Principal, Depends(KeyOf("developer", "reviewer", "app"))]
"""Anybody with a key: may ask and search what its groups allow."""

Developer = Annotated[Principal, Depends(KeyOf("developer"))]
"""May change collections and documents."""

Admin = Annotated[Principal, Depends(KeyOf())]
"""May make and revoke keys."""
