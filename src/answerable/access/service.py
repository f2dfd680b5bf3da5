"""Keys: made, listed, revoked, and turned into the principal that a request acts as."""

from __future__ import annotations

import re
from collections.abc import Collection
from uuid import UUID

from answerable.access import store
from answerable.access.limits import RateLimiter
from answerable.access.secrets import hash_secret, new_secret, shown_prefix
from answerable.access.types import ApiKey, Principal, Role
from answerable.core.clock import Clock
from answerable.core.errors import Forbidden, InvalidInput, NotFound, Unauthenticated, Unavailable
from answerable.core.ids import new_id
from answerable.db.changes import ChangeLog
from answerable.db.database import Database

_FRESH_SECONDS = 1.0
_GRACE_SECONDS = 300.0
"""How long a key goes on that was valid, while the database cannot be asked."""
_TOUCH_SECONDS = 60.0
_MAX_CACHED = 1000
_GROUP = re.compile(r"^[\w.:@/-]{1,100}$")

_CREATE_HINT = "Make one with `answerable keys create NAME`, and send it as `Authorization: Bearer KEY`."


class AccessService:
    """Who asks, and may they. A revoked key stops working at once here, within a second in other processes.

    While the database is away, a key that was in use goes on for five minutes: those who ask need not notice.
    """

    def __init__(self, database: Database, *, limiter: RateLimiter, clock: Clock, audit: ChangeLog) -> None:
        self._database = database
        self._audit = audit
        self._limiter = limiter
        self._clock = clock
        self._principals: dict[bytes | UUID, tuple[float, Principal]] = {}
        self._away_at = -_FRESH_SECONDS
        """When the database was last found to be away."""

    async def create_key(
        self, name: str, *, by: str, role: Role = "app", groups: Collection[str] | None = None
    ) -> tuple[ApiKey, str]:
        """Make a key and return it with its secret, which is shown this once and stored only as a hash.

        `by` names who asked for it, for the audit log.
        """
        name = name.strip()
        if not 1 <= len(name) <= 100 or not name.isprintable():
            raise InvalidInput("A key's name has 1 to 100 printable characters.")
        for group in groups or ():
            if not _GROUP.match(group):
                raise InvalidInput(
                    f"{group!r} is not a group name.", hint="Use letters, digits and . : @ / - _"
                )
        secret = new_secret()
        async with self._database.transaction() as tx:
            key = await store.insert_key(
                tx,
                id=new_id(),
                name=name,
                role=role,
                groups=None if groups is None else frozenset(groups),
                prefix=shown_prefix(secret),
                secret_hash=hash_secret(secret),
            )
            details = {"id": key.id, "role": role, "groups": None if groups is None else sorted(groups)}
            await self._audit.note(tx, actor=by, action="key.create", target=name, details=details)
        return key, secret

    async def list_keys(self) -> list[ApiKey]:
        async with self._database.transaction() as tx:
            return await store.list_keys(tx)

    async def revoke_key(self, name: str, *, by: str) -> list[ApiKey]:
        """Revoke by id, name or shown prefix. Raises NotFound when no live key is meant."""
        async with self._database.transaction() as tx:
            revoked = await store.revoke_keys(tx, name)
            for key in revoked:
                details = {"id": key.id, "role": key.role}
                await self._audit.note(tx, actor=by, action="key.revoke", target=key.name, details=details)
        self._principals.clear()
        if not revoked:
            raise NotFound(f"No key {name!r} is in use.", hint="See `answerable keys list`.")
        return revoked

    async def authenticate(self, secret: str | None) -> Principal:
        """Return whom the secret stands for. Raises Unauthenticated, the same for a wrong and a revoked key."""
        if not secret:
            raise Unauthenticated("The request carries no API key.", hint=_CREATE_HINT)
        return await self._find_principal(hash_secret(secret))

    async def authenticate_key(self, key_id: UUID) -> Principal:
        """Return whom a key stands for, for what was made with it. Raises Unauthenticated when it was revoked."""
        return await self._find_principal(key_id)

    def authorise(self, principal: Principal, roles: Collection[Role]) -> None:
        """Raise Forbidden unless the principal has one of the roles (an admin has them all)."""
        if principal.role != "admin" and principal.role not in roles:
            raise Forbidden(
                f"A key of role {principal.role!r} may not do this.",
                hint=f"It needs the role {' or '.join(sorted({*roles, 'admin'}))}.",
            )

    def take(self, principal: Principal) -> None:
        """Count a request against the key's limit. Raises RateLimited."""
        self._limiter.take(principal.key_id)

    async def _find_principal(self, named: bytes | UUID) -> Principal:
        now = self._clock.monotonic()
        known = self._principals.get(named)
        if known is not None and now - known[0] < _FRESH_SECONDS:
            return known[1]
        try:
            principal = await self._ask_database(named, now, known)
        except Unavailable:
            if known is None or now - known[0] > _GRACE_SECONDS:
                raise
            return known[1]
        if len(self._principals) >= _MAX_CACHED:
            self._principals.clear()
        self._principals[named] = (now, principal)
        return principal

    async def _ask_database(
        self, named: bytes | UUID, now: float, known: tuple[float, Principal] | None
    ) -> Principal:
        """Look the key up; that of a known one waits a second when the database was away just now."""
        if known is not None and now - self._away_at < _FRESH_SECONDS:
            raise Unavailable("The database was away just now.", code="database_unavailable")
        try:
            return await self._look_up(named)
        except Unavailable:
            self._away_at = self._clock.monotonic()
            raise

    async def _look_up(self, named: bytes | UUID) -> Principal:
        """Return the principal of the key with this id, or with this hash of its secret."""
        async with self._database.transaction() as tx:
            find = store.find_key_by_id(tx, named) if isinstance(named, UUID) else store.find_key(tx, named)
            key = await find
            if key is None or key.revoked_at is not None:
                raise Unauthenticated("The API key is not valid.", hint=_CREATE_HINT)
            used = key.last_used_at
            if used is None or (self._clock.now() - used).total_seconds() > _TOUCH_SECONDS:
                await store.touch_key(tx, key.id)
        return Principal(key_id=key.id, name=key.name, role=key.role, groups=key.groups)
