"""The right to erasure: everything that came from a user, or from one conversation, deleted in one transaction.

The audit log notes that it was done, by whom and how much it was. It can never be erased itself, so it holds no name,
only the name's SHA-256: whoever knows the name can find out that it was done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import psycopg

from answerable.conversations.service import ConversationService
from answerable.conversations.types import Owner
from answerable.core.errors import InvalidInput
from answerable.db.changes import ChangeLog
from answerable.db.database import Connection, Database
from answerable.traces.service import TraceService

_TRIES: Final = 3


class OfTraces(Protocol):
    """Keeps what was derived from traces: scores, review items, examples, cached answers."""

    async def delete_of_traces(self, tx: Connection, trace_ids: Sequence[str]) -> int:
        """Delete what came from these traces; return how many things that were."""
        ...


class OfUsers(Protocol):
    """Keeps what users said or used, by their name."""

    async def delete_of_user(self, tx: Connection, user: str) -> int:
        """Delete what is kept of the user; return how many things that were."""
        ...


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """How much was deleted, by kind: `traces`, `conversations`, `scores`, ..."""

    deleted: Mapping[str, int]


class Eraser:
    """`of_traces` and `of_users` are asked under the names that the report gives to what they keep."""

    def __init__(
        self,
        database: Database,
        *,
        traces: TraceService,
        conversations: ConversationService,
        of_traces: Mapping[str, OfTraces],
        of_users: Mapping[str, OfUsers],
        audit: ChangeLog,
    ) -> None:
        self._database = database
        self._traces = traces
        self._conversations = conversations
        self._of_traces = of_traces
        self._of_users = of_users
        self._audit = audit

    async def erase_user(self, user: str, *, by: str) -> ErasureReport:
        """Delete everything of the user, whichever key asked for it; traces also where they wait to be written.

        Done twice, the second finds nothing. Raises InvalidInput and Unavailable.
        """
        if not user:
            raise InvalidInput("Nobody is named.", hint="Name the user as the requests did.")
        Owner(user=user)  # a name that no request can have had is refused as it was there
        await self._traces.flush()
        return await _patiently(lambda: self._erase_user(user, by=by))

    async def erase_conversation(self, owner: Owner, name: str, *, by: str) -> ErasureReport:
        """Delete a conversation with the traces of its answers and what came from them. Raises NotFound."""
        await self._traces.flush()
        return await _patiently(lambda: self._erase_conversation(owner, name, by=by))

    async def _erase_user(self, user: str, *, by: str) -> ErasureReport:
        async with self._database.transaction() as tx:
            trace_ids = await self._traces.erase_user(tx, user)
            conversations, named = await self._conversations.delete_of_user(tx, user)
            deleted = {"traces": len(trace_ids), "conversations": conversations}
            deleted |= await self._delete_derived(tx, {*trace_ids, *named})
            for what, records in self._of_users.items():
                deleted[what] = deleted.get(what, 0) + await records.delete_of_user(tx, user)
            await self._audit.note(tx, actor=by, action="user.erase", target=disguise(user), details=deleted)
        return ErasureReport(deleted)

    async def _erase_conversation(self, owner: Owner, name: str, *, by: str) -> ErasureReport:
        async with self._database.transaction() as tx:
            named = await self._conversations.delete_in(tx, owner, name)
            trace_ids = await self._traces.erase_conversation(tx, name, key_id=owner.key_id, user=owner.user)
            deleted = {"traces": len(trace_ids), "conversations": 1}
            deleted |= await self._delete_derived(tx, {*trace_ids, *named})
            await self._audit.note(
                tx, actor=by, action="conversation.delete", target=disguise(name), details=deleted
            )
        return ErasureReport(deleted)

    async def _delete_derived(self, tx: Connection, trace_ids: set[str]) -> dict[str, int]:
        ids = sorted(trace_ids)
        return {what: await records.delete_of_traces(tx, ids) for what, records in self._of_traces.items()}


async def _patiently(erase: Callable[[], Awaitable[ErasureReport]]) -> ErasureReport:
    """Erase, again when somebody held what was to be deleted and waited for what was deleted already."""
    for _ in range(_TRIES - 1):
        try:
            return await erase()
        except psycopg.errors.DeadlockDetected:
            continue
    return await erase()


def disguise(name: str) -> str:
    """Return what stands for a name in a log that keeps it for ever."""
    return f"sha256:{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()}"
