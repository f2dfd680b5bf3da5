"""The audit log: noted in the transaction of the change, read newest first, and verified from its beginning."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from answerable.access.audit import store
from answerable.access.audit.chain import START, compute_hash, describe, dump, find_fault
from answerable.access.audit.types import Anchor, AuditEntry, AuditFilter, AuditPage, AuditReport
from answerable.db.changes import Change
from answerable.db.database import Connection, Database

_BATCH: Final = 2_000


class AuditLog:
    """Entries are added one after another across all servers: each waits for the transaction of the one before."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(
        self, tx: Connection, *, actor: str, action: str, target: str, details: Mapping[str, Any]
    ) -> None:
        """Add an entry, as `db.changes.ChangeLog` has it."""
        text = dump(details)
        at, number, last = await store.lock(tx)
        previous = START if last is None else last
        described = describe(
            number=number + 1,
            at=at,
            actor=_storable(actor),
            action=_storable(action),
            target=_storable(target),
            details=details,
        )
        entry = AuditEntry(
            **{**described, "at": at}, previous=previous, hash=compute_hash(previous, described)
        )
        await store.insert(tx, entry, text)

    async def note_if_new(
        self, tx: Connection, *, actor: str, action: str, target: str, details: Mapping[str, Any]
    ) -> None:
        """Add an entry unless the newest of this action on this target says the same."""
        await store.lock(tx)
        last = await store.find_last(tx, action=action, target=target)
        if last is None or dump(last.details) != dump(details):
            await self.note(tx, actor=actor, action=action, target=target, details=details)

    async def list(
        self, filter: AuditFilter | None = None, *, before: int | None = None, limit: int = 50
    ) -> AuditPage:
        """Return entries, newest first, from the one before the number `before` on. Raises Unavailable."""
        async with self._database.transaction() as tx:
            found = await store.list_newest(tx, filter or AuditFilter(), before=before, limit=limit + 1)
        more = len(found) > limit
        return AuditPage(tuple(found[:limit]), found[limit - 1].number if more else None)

    async def list_of(self, target: str, *, thing: str) -> Sequence[Change]:
        """Return what was done to a target, oldest first, as `db.changes.ChangeHistory` has it."""
        async with self._database.transaction() as tx:
            found = await store.list_newest(
                tx, AuditFilter(action=thing, target=_storable(target)), before=None, limit=_BATCH
            )
        return [Change(entry.at, entry.actor, entry.action, entry.details) for entry in reversed(found)]

    async def iterate(self) -> AsyncIterator[Sequence[AuditEntry]]:
        """Yield all entries, oldest first, some thousands at a time. Raises Unavailable."""
        number = 0
        while True:
            async with self._database.transaction() as tx:
                batch = await store.list_after(tx, number, limit=_BATCH)
            if not batch:
                return
            number = batch[-1].number
            yield batch

    async def verify(self, anchor: Anchor | None = None) -> AuditReport:
        """Walk the chain from its beginning, and name the first entry at which it does not hold.

        Whoever owns the database can cut entries off at the end and leave a chain that holds; an `anchor`, which is
        the `head` of an earlier report kept elsewhere, shows that too. Raises Unavailable.
        """
        walk = _Walk(anchor)
        async for batch in self.iterate():
            if not await asyncio.to_thread(walk.take, batch):
                break
        return walk.report()


class _Walk:
    """The chain as far as it was walked."""

    def __init__(self, anchor: Anchor | None) -> None:
        self._anchor = anchor
        self._head = Anchor(0, START)
        self._problem = ""
        self._broken: int | None = None

    def take(self, batch: Sequence[AuditEntry]) -> bool:
        """Go on with these entries. False: one does not hold, and what comes after it says nothing."""
        for entry in batch:
            number = self._head.number + 1
            problem = find_fault(entry, number=number, previous=self._head.hash)
            if (
                not problem
                and self._anchor
                and self._anchor.number == number
                and self._anchor.hash != entry.hash
            ):
                problem = "it is another entry than the anchor's"
            if problem:
                self._broken, self._problem = number, problem
                return False
            self._head = Anchor(number, entry.hash)
        return True

    def report(self) -> AuditReport:
        head, anchor = self._head, self._anchor
        if self._broken is None and anchor is not None and anchor.number > head.number:
            problem = f"the log ends at entry {head.number}, and the anchor was noted at {anchor.number}"
            return AuditReport(head.number, head, head.number + 1, problem)
        return AuditReport(head.number, head, self._broken, self._problem)


def _storable(text: str) -> str:
    """PostgreSQL stores neither NUL nor half of a surrogate pair."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
