"""The audit log: only added to, one chain for all servers, and nothing done to it goes unseen."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from answerable.access.audit.service import AuditLog
from answerable.access.audit.types import Anchor, AuditFilter
from answerable.access.limits import RateLimiter
from answerable.access.service import AccessService
from answerable.core.errors import NotFound
from answerable.db.database import Connection, Database
from tests.fakes.clock import FixedClock


@dataclass
class Log:
    """The log, and how a test puts entries there."""

    database: Database
    audit: AuditLog

    async def note(self, **changes: Any) -> None:
        values = {"actor": "ana", "action": "label.move", "target": "ask/production", "details": {"to": "v2"}}
        async with self.database.transaction() as tx:
            await self.audit.note(tx, **{**values, **changes})

    async def tamper(self, statement: str, *values: object) -> None:
        """Do what only the owner of the database can: change the table with its triggers switched off."""
        async with self.database.transaction() as tx:
            await tx.execute("ALTER TABLE audit_entry DISABLE TRIGGER ALL")
            await tx.execute(statement, values)
            await tx.execute("ALTER TABLE audit_entry ENABLE TRIGGER ALL")


@pytest.fixture
def log(database: Database) -> Log:
    return Log(database, AuditLog(database))


async def test_entries_follow_from_each_other_and_are_read_newest_first(log: Log) -> None:
    for number in range(5):
        await log.note(target=f"app{number}")
    report = await log.audit.verify()
    assert (report.entries, report.broken) == (5, None)
    page = await log.audit.list(limit=2)
    assert [entry.target for entry in page.entries] == ["app4", "app3"]
    rest = await log.audit.list(before=page.next, limit=10)
    assert ([entry.target for entry in rest.entries], rest.next) == (["app2", "app1", "app0"], None)


async def test_it_is_there_exactly_when_the_change_is(log: Log) -> None:
    async def change_and_fail(tx: Connection) -> None:
        await log.audit.note(tx, actor="ana", action="key.create", target="shop", details={})
        raise RuntimeError("the change did not work out")

    with pytest.raises(RuntimeError):
        async with log.database.transaction() as tx:
            await change_and_fail(tx)
    await log.note()
    report = await log.audit.verify()
    assert (report.entries, report.broken) == (1, None), "no number is missing either"


async def test_whatever_is_noted_holds(log: Log) -> None:
    await log.note(
        actor="a\x00b",
        target="\ud800",
        details={
            "id": uuid4(),
            "text": "ä\x00\ud800",
            "numbers": [1e-7, 1e22, 10**20],
            "nested": {"b": 1, "a": None},
        },
    )
    assert (await log.audit.verify()).broken is None


async def test_writers_at_the_same_time_make_one_chain(conninfo: str, log: Log) -> None:
    others = [Database(conninfo) for _ in range(2)]
    for database in others:
        await database.open()
    logs = [log, *(Log(database, AuditLog(database)) for database in others)]
    await asyncio.gather(*(logs[number % 3].note(target=str(number)) for number in range(60)))
    for database in others:
        await database.close()
    report = await log.audit.verify()
    assert (report.entries, report.broken) == (60, None)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_entry SET actor = 'nobody'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"],
)
async def test_the_database_refuses_to_change_it(log: Log, statement: str) -> None:
    await log.note()
    with pytest.raises(psycopg.errors.RestrictViolation):
        async with log.database.transaction() as tx:
            await tx.execute(statement)
    assert (await log.audit.verify()).entries == 1


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit_entry SET actor = 'nobody' WHERE number = 3", 3),
        ("UPDATE audit_entry SET details = '{}' WHERE number = 3", 3),
        ("UPDATE audit_entry SET at = at - interval '1 second' WHERE number = 3", 3),
        ("DELETE FROM audit_entry WHERE number = 3", 3),
        ("DELETE FROM audit_entry WHERE number = 1", 1),
        ("UPDATE audit_entry SET number = number + 100 WHERE number = 5", 5),
        ("UPDATE audit_entry SET hash = sha256('x') WHERE number = 2", 2),
    ],
)
async def test_whoever_owns_the_database_cannot_change_it_unseen(
    log: Log, statement: str, broken: int
) -> None:
    for _ in range(5):
        await log.note()
    await log.tamper(statement)
    report = await log.audit.verify()
    assert (report.broken, report.entries) == (broken, broken - 1)
    assert report.problem


async def test_an_anchor_shows_what_was_cut_off_or_written_anew(log: Log) -> None:
    for number in range(5):
        await log.note(target=str(number))
    head = (await log.audit.verify()).head
    await log.note(target="later")
    assert (await log.audit.verify(head)).broken is None, "what came after does not matter"
    await log.tamper("DELETE FROM audit_entry WHERE number >= 4")
    assert (await log.audit.verify()).broken is None, "a chain that was cut off is a chain"
    assert (await log.audit.verify(head)).broken == 4
    for _ in range(2):
        await log.note(target="forged")
    report = await log.audit.verify(head)
    assert (report.broken, report.entries) == (5, 4)


async def test_an_empty_log_holds(log: Log) -> None:
    report = await log.audit.verify()
    assert (report.entries, report.broken) == (0, None)
    assert (await log.audit.verify(Anchor(1, bytes(32)))).broken == 1


async def test_filters(log: Log) -> None:
    await log.note(actor="ana", action="key.create", target="shop")
    await log.note(actor="bob", action="key.revoke", target="shop")
    await log.note(actor="bob", action="keyring.open", target="x")
    found = (await log.audit.list(AuditFilter(action="key"))).entries
    assert [entry.action for entry in found] == ["key.revoke", "key.create"]
    assert [entry.actor for entry in (await log.audit.list(AuditFilter(actor="ana"))).entries] == ["ana"]
    since = found[0].at
    assert len((await log.audit.list(AuditFilter(target="shop", since=since))).entries) == 1
    assert len((await log.audit.list(AuditFilter(until=since))).entries) == 1


async def test_a_setting_is_noted_when_it_changed(log: Log) -> None:
    for days in (30, 30, 90, 90):
        async with log.database.transaction() as tx:
            await log.audit.note_if_new(
                tx, actor="answerable", action="settings.change", target="x", details={"keep_days": days}
            )
    noted = [entry.details["keep_days"] for entry in (await log.audit.list()).entries]
    assert noted == [90, 30]


async def test_keys_leave_entries_and_no_secret(log: Log) -> None:
    clock = FixedClock()
    access = AccessService(
        log.database, limiter=RateLimiter(per_minute=0, clock=clock), clock=clock, audit=log.audit
    )
    _, secret = await access.create_key("shop", by="ana", groups=["sales"])
    await access.revoke_key("shop", by="bob")
    with pytest.raises(NotFound):
        await access.revoke_key("shop", by="bob")
    entries = (await log.audit.list()).entries
    assert [(entry.actor, entry.action, entry.target) for entry in entries] == [
        ("bob", "key.revoke", "shop"),
        ("ana", "key.create", "shop"),
    ]
    assert secret not in repr(entries)
