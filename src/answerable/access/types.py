"""Keys, roles and the principal that a request acts as."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Role = Literal["admin", "developer", "reviewer", "app"]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a request acts as. `groups` None means every document group (see knowledge.types.Groups).

    A browser's session of a key has an id, `session`; it may ask this `app` alone, as this `user` (empty: nobody).
    """

    key_id: UUID
    name: str
    role: Role
    groups: frozenset[str] | None
    session: UUID | None = None
    app: str | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is stored: never the secret, only its hash and a prefix to recognise it by."""

    id: UUID
    name: str
    role: Role
    groups: frozenset[str] | None
    prefix: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
