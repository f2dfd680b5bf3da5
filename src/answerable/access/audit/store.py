"""The SQL of `audit_entry`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from answerable.access.audit.types import AuditEntry, AuditFilter
from answerable.db.database import Connection

_COLUMNS = "number, at, actor, action, target, details, previous, hash"
_LOCK: Final = 0x61756469  # "audi": the advisory lock of whoever adds an entry


async def lock(tx: Connection) -> tuple[datetime, int, bytes | None]:
    """Wait for the others who add entries, until this transaction ends; return the time and the last entry.

    The time is the database's, so that it does not depend on which server adds.
    """
    await tx.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    # A statement of its own: its snapshot has what was committed while this transaction waited.
    cursor = await tx.execute(
        "SELECT clock_timestamp(), coalesce(last.number, 0), last.hash FROM (VALUES (1)) AS one"
        " LEFT JOIN (SELECT number, hash FROM audit_entry ORDER BY number DESC LIMIT 1) AS last ON true"
    )
    row = await cursor.fetchone()
    assert row is not None
    return row[0], row[1], row[2]


async def insert(tx: Connection, entry: AuditEntry, details: str) -> None:
    """Add the entry; `details` is the JSON text of its own."""
    await tx.execute(
        f"INSERT INTO audit_entry ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s::json, %s, %s)",
        (
            entry.number,
            entry.at,
            entry.actor,
            entry.action,
            entry.target,
            details,
            entry.previous,
            entry.hash,
        ),
    )


async def list_newest(
    tx: Connection, filter: AuditFilter, *, before: int | None, limit: int
) -> list[AuditEntry]:
    where, values = _to_conditions(filter)
    if before is not None:
        where, values = [*where, "number < %(before)s"], {**values, "before": before}
    chosen = f"WHERE {' AND '.join(where)}" if where else ""
    cursor = await tx.execute(
        f"SELECT {_COLUMNS} FROM audit_entry {chosen} ORDER BY number DESC LIMIT %(limit)s",
        {**values, "limit": limit},
    )
    return [AuditEntry(*row) async for row in cursor]


async def list_after(tx: Connection, number: int, *, limit: int) -> list[AuditEntry]:
    """Return the entries that follow, oldest first."""
    cursor = await tx.execute(
        f"SELECT {_COLUMNS} FROM audit_entry WHERE number > %s ORDER BY number LIMIT %s", (number, limit)
    )
    return [AuditEntry(*row) async for row in cursor]


async def find_last(tx: Connection, *, action: str, target: str) -> AuditEntry | None:
    """Return the newest entry of that action on that target."""
    found = await list_newest(tx, AuditFilter(action=action, target=target), before=None, limit=1)
    return found[0] if found else None


def _to_conditions(filter: AuditFilter) -> tuple[list[str], dict[str, Any]]:
    conditions = {
        "actor": "actor = %(actor)s",
        "action": "(action = %(action)s OR starts_with(action, %(action)s || '.'))",
        "target": "target = %(target)s",
        "since": "at >= %(since)s",
        "until": "at < %(until)s",
    }
    values = {name: getattr(filter, name) for name in conditions if getattr(filter, name) is not None}
    return [conditions[name] for name in values], values
