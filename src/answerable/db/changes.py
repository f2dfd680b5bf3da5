"""How a record tells of a change that people answer for, in the transaction that makes it."""

from __future__ import annotations

from collections.abc import Mapping
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
