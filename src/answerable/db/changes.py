"""How a record tells of a change that people answer for, in the transaction that makes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from answerable.db.database import Connection


class ChangeLog(Protocol):
    """Takes down who changed what; `access.audit` keeps it, for ever: nothing secret and no content goes in."""

    async def note(
        self, tx: Connection, *, actor: str, action: str, target: str, details: Mapping[str, Any]
    ) -> None:
        """Note a change. It is there exactly when the transaction is.

        `actor` is a key's name, or a user's of the machine at the command line. `action` is `THING.VERB`
        (`key.revoke`), `target` names the thing, `details` are JSON values. Call it last: others wait for the commit.
        """
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """A change as it was noted."""

    at: datetime
    actor: str
    action: str
    details: Mapping[str, Any]


class ChangeHistory(ChangeLog, Protocol):
    """A log that can be asked: for what the record of the changes is the truth itself."""

    async def list_of(self, target: str, *, thing: str) -> Sequence[Change]:
        """Return what was done to a target, oldest first: the actions that begin with `THING.`. Raises Unavailable."""
        ...
