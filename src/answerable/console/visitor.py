"""The signed-in visitor of a page: every action of a page asks here first whether it still may."""

from __future__ import annotations

from dataclasses import dataclass

from answerable.access.types import Principal, Role
from answerable.console.sessions import Session
from answerable.wiring import Services

WRITERS: tuple[Role, ...] = ("admin", "developer")
READERS: tuple[Role, ...] = (*WRITERS, "reviewer")
"""Who sees how apps are made and what they did; an `app` key asks, and sees what it may ask about."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """`principal` is whom the page was built for; an action uses the one that `check` returns."""

    services: Services
    session: Session
    principal: Principal

    @property
    def may_write(self) -> bool:
        """Whether controls that change documents and apps are shown. The action itself is authorised again."""
        return self.principal.role in WRITERS

    @property
    def may_read(self) -> bool:
        """Whether links to apps, models and traces are shown."""
        return self.principal.role in READERS

    def authorise_reader(self) -> None:
        """Raise Forbidden for a key that may not see apps and models; for a page that is being built."""
        self.services.access.authorise(self.principal, READERS)

    async def check(self) -> Principal:
        """Return the principal as it is now. Raises Unauthenticated when the key was revoked, RateLimited."""
        principal = await self.services.access.authenticate(self.session.secret)
        self.services.access.take(principal)
        return principal

    async def check_writer(self) -> Principal:
        """Like `check`. Raises Forbidden for a key that may not change documents and apps."""
        principal = await self.check()
        self.services.access.authorise(principal, WRITERS)
        return principal

    async def check_reader(self) -> Principal:
        """Like `check`. Raises Forbidden for a key that may not see apps and models."""
        principal = await self.check()
        self.services.access.authorise(principal, READERS)
        return principal
