"""The SQL of `mark`."""

from __future__ import annotations

from datetime import datetime

from answerable.core.ids import new_id
from answerable.db.database import Connection
from answerable.monitoring.marks.types import Mark

_LOCK = 0x6D61726B  # "mark": two servers that start at once leave one mark


async def insert(tx: Connection, mark: Mark) -> None:
    await tx.execute(
        "INSERT INTO mark (id, at, kind, app, text, by) VALUES (%s, %s, %s, %s, %s, %s)",
        (new_id(), mark.at, mark.kind, mark.app, mark.text, mark.by),
    )


async def lock(tx: Connection) -> None:
    """Wait until this transaction is the only one that looks before it writes."""
    await tx.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))


async def find_newest(tx: Connection, *, kind: str) -> Mark | None:
    cursor = await tx.execute(
        "SELECT at, kind, text, app, NULL, by FROM mark WHERE kind = %s ORDER BY at DESC LIMIT 1", (kind,)
    )
    row = await cursor.fetchone()
    return None if row is None else Mark(*row)


async def list_between(
    tx: Connection, since: datetime, until: datetime, *, app: str | None, limit: int
) -> list[Mark]:
    """Return the newest marks of a range, those of every app and of this one, newest first."""
    cursor = await tx.execute(
        "SELECT at, kind, text, app, NULL, by FROM mark WHERE at >= %(since)s AND at < %(until)s"
        " AND (%(app)s::text IS NULL OR app IS NULL OR app = %(app)s) ORDER BY at DESC LIMIT %(limit)s",
        {"since": since, "until": until, "app": app, "limit": limit},
    )
    return [Mark(*row) async for row in cursor]
