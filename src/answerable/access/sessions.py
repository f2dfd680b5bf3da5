"""Sessions of browsers: a token, valid for minutes, with which a page may ask one app as one user.

A product's own server gets it with its key, and the key never comes near a browser. The token is signed and names what
it allows; the key is looked up at each request, so revoking it ends its sessions.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from answerable.access.limits import RateLimiter
from answerable.access.service import AccessService
from answerable.access.types import Principal
from answerable.core.clock import Clock
from answerable.core.errors import Forbidden, InvalidInput, Unauthenticated
from answerable.core.ids import new_id
from answerable.core.signing import Signer, TokenExpired, TokenInvalid

PREFIX: Final = "ses_"
PURPOSE: Final = "session"
MAX_MINUTES: Final = 24 * 60
_MAX_USER: Final = 200


class SessionService:
    """Makes sessions and recognises them. `limiter` bounds each session, on top of its key's own limit."""

    def __init__(self, access: AccessService, signer: Signer, *, limiter: RateLimiter, clock: Clock) -> None:
        self._access = access
        self._signer = signer
        self._limiter = limiter
        self._clock = clock

    def create(
        self,
        principal: Principal,
        *,
        app: str,
        user: str = "",
        groups: Collection[str] | None = None,
        minutes: int = 15,
    ) -> tuple[str, datetime]:
        """Return a token and when it ends. Without `groups` it reads what the key may.

        Raises InvalidInput for what no session can have, Forbidden for groups that the key does not have.
        """
        if not 1 <= minutes <= MAX_MINUTES:
            raise InvalidInput(f"A session of {minutes} minutes.", hint=f"Give 1 to {MAX_MINUTES}.")
        if len(user) > _MAX_USER or (user and not user.isprintable()):
            raise InvalidInput(
                "The user's name is not acceptable.", hint="Use up to 200 printable characters."
            )
        if groups is not None and principal.groups is not None and not set(groups) <= principal.groups:
            raise Forbidden("A session cannot read groups that its key cannot.", code="groups_not_allowed")
        expires = self._clock.now() + timedelta(minutes=minutes)
        payload = {
            "i": new_id().hex,
            "k": principal.key_id.hex,
            "a": app,
            "u": user,
            "g": None if groups is None else sorted(groups),
        }
        try:
            return PREFIX + self._signer.sign(PURPOSE, payload, expires), expires
        except ValueError as error:
            raise InvalidInput("The session has too many groups.", hint="Name fewer groups.") from error

    async def authenticate(self, token: str) -> Principal:
        """Return whom a token stands for, and count the request.

        Raises Unauthenticated with the code `session_expired` or `session_invalid`, and RateLimited.
        """
        payload = self._read(token)
        key = await self._access.authenticate_key(UUID(hex=payload["k"]))
        groups = key.groups
        if payload["g"] is not None:
            asked = frozenset(payload["g"])
            groups = asked if groups is None else asked & groups
        session = UUID(hex=payload["i"])
        self._limiter.take(session)
        return replace(key, role="app", groups=groups, session=session, app=payload["a"], user=payload["u"])

    def _read(self, token: str) -> dict[str, Any]:
        hint = "The page's own server makes a new one with POST /v1/sessions."
        try:
            return self._signer.read(PURPOSE, token.removeprefix(PREFIX), self._clock.now())
        except TokenExpired as error:
            raise Unauthenticated("The session is over.", hint=hint, code="session_expired") from error
        except TokenInvalid as error:
            raise Unauthenticated("The session is not valid.", hint=hint, code="session_invalid") from error
