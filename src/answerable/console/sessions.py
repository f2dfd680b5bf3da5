"""Who is signed in: sessions of browsers, kept in the process.

A browser holds a random token in a cookie; the key that it signed in with stays on the server and is checked again at
every action, so a revoked key ends its sessions too. A restart signs everybody out, as a page lives in the process too.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict, deque
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from answerable.access.service import AccessService
from answerable.access.types import Principal
from answerable.console.staged_files import StagedFiles
from answerable.console.turns import Turn
from answerable.core.clock import Clock
from answerable.core.errors import Unauthenticated

MAX_SESSIONS = 1000
MAX_AGE_SECONDS = 14 * 24 * 3600
MAX_TURNS = 30


@dataclass(slots=True)
class Session:
    """One signed-in browser: its key, the questions that it asked, and files that it sent for a trial."""

    secret: str
    started: float
    turns: deque[Turn] = field(default_factory=lambda: deque(maxlen=MAX_TURNS))
    files: StagedFiles = field(default_factory=StagedFiles)


class Sessions:
    """Opens, finds and ends sessions. Bounded: the oldest one goes when there are too many."""

    def __init__(self, access: AccessService, *, clock: Clock) -> None:
        self._access = access
        self._clock = clock
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    async def open(self, secret: str) -> str:
        """Return the token of a new session. Raises Unauthenticated for a key that is not valid."""
        await self._access.authenticate(secret.strip())
        token = secrets.token_urlsafe(32)
        self._sessions[token] = Session(secret.strip(), self._clock.monotonic())
        if len(self._sessions) > MAX_SESSIONS:
            self._sessions.popitem(last=False)
        return token

    def find(self, token: str | None) -> Session | None:
        session = self._sessions.get(token or "")
        if session is None or self._clock.monotonic() - session.started > MAX_AGE_SECONDS:
            self.end(token)
            return None
        return session

    def end(self, token: str | None) -> None:
        self._sessions.pop(token or "", None)

    async def find_principal(self, token: str | None) -> tuple[Session, Principal] | None:
        """Return the session and whom it acts as; None when it is over or its key was revoked."""
        session = self.find(token)
        if session is None:
            return None
        try:
            return session, await self._access.authenticate(session.secret)
        except Unauthenticated:
            self.end(token)
            return None


def get_token(request: Request) -> str | None:
    return request.cookies.get(_cookie_name(request))


def set_token(response: Response, request: Request, token: str) -> None:
    response.set_cookie(
        _cookie_name(request),
        token,
        max_age=MAX_AGE_SECONDS,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def clear_token(response: Response, request: Request) -> None:
    response.delete_cookie(_cookie_name(request), httponly=True, samesite="lax")


def _cookie_name(request: Request) -> str:
    """Return a name with the port in it: browsers share cookies between the ports of one host."""
    return f"answerable_{request.url.port or request.url.scheme}"
