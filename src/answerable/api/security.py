"""Who sends a request: the key in its header, checked, authorised and counted."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from answerable.access.sessions import PREFIX as SESSION_PREFIX
from answerable.access.types import Principal, Role
from answerable.answering.types import Caller
from answerable.api.origins import get_origin, note_access
from answerable.core.errors import Forbidden
from answerable.wiring import Services


async def get_services(request: Request) -> Services:  # async: a plain function would cost a thread's turn
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(get_services)]


class KeyOf(SecurityBase):
    """A dependency that lets the keys of these roles (and of `admin`) through, within the key's request limit.

    It is the security scheme itself and has no dependencies: each one nested costs more than the check does.
    """

    def __init__(self, *roles: Role, sessions: bool = False) -> None:
        self.scheme_name = "HTTPBearer"
        self.model = HTTPBearer(description="An API key: `Authorization: Bearer ans_...`")
        self._roles = roles
        self._sessions = sessions

    async def __call__(self, request: Request) -> Principal:
        began_ns = time.time_ns()
        services = await get_services(request)
        access = services.access
        secret = _read_secret(request)
        if secret.startswith(SESSION_PREFIX):
            found = await self._authenticate_session(services, secret)
        else:
            found = await access.authenticate(secret)
        access.authorise(found, self._roles)
        access.take(found)
        note_access(request, began_ns)
        return found

    async def _authenticate_session(self, services: Services, token: str) -> Principal:
        if not self._sessions:
            raise Forbidden(
                "A browser's session may ask its app and give feedback, and nothing else.",
                hint="Send the API key, from a server.",
                code="session_not_allowed",
            )
        return await services.sessions.authenticate(token)


def _read_secret(request: Request) -> str:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


async def check_again(request: Request, services: Services) -> None:
    """Raise Unauthenticated when the key of a request that goes on and on was revoked meanwhile."""
    await services.access.authenticate(_read_secret(request))


_ASKER = KeyOf("developer", "reviewer", "app", sessions=True)


async def authenticate_asker(request: Request) -> Principal:
    """Return who sends the request, as `Asker` does, for a route that can also do without."""
    return await _ASKER(request)


def get_caller(request: Request, principal: Principal, *, user: str | None = None) -> Caller:
    """Return the one who asks, as answering knows it. Raises Forbidden for a session's `user` that is not its own."""
    return Caller(
        key_id=principal.key_id,
        key_name=principal.name,
        groups=principal.groups,
        user=get_user(principal, user),
        only_app=principal.app,
        origin=get_origin(request),
    )


def get_user(principal: Principal, user: str | None) -> str | None:
    """Return the user that a request is for: as it says, or as the session does. Raises Forbidden where they differ."""
    if principal.user is None:
        return user
    if user not in {None, principal.user}:
        raise Forbidden("The session is another user's.", hint="Leave `user` out.", code="session_user")
    return principal.user or None


Reader = Annotated[Principal, Depends(KeyOf("developer", "reviewer", "app"))]
"""Anybody with a key: may ask and search what its groups allow."""

Asker = Annotated[Principal, Depends(_ASKER)]
"""As `Reader`, and a browser's session: what it may do is bounded by what it acts as."""

Minter = Annotated[Principal, Depends(KeyOf("developer", "app"))]
"""May make sessions for browsers."""

TraceReader = Annotated[Principal, Depends(KeyOf("developer", "reviewer"))]
"""May read what was asked and answered; an `app` key may not."""

Developer = Annotated[Principal, Depends(KeyOf("developer"))]
"""May change collections and documents."""

Admin = Annotated[Principal, Depends(KeyOf())]
"""May make and revoke keys."""
