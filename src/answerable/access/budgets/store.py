"""The SQL of `usage_by_day` and `usage_writer`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import cast
from uuid import UUID

from answerable.access.budgets.types import Scope, Spend
from answerable.db.database import Connection

Key = tuple[date, Scope, str]

_KEPT = "400 days"


async def claim_batch(tx: Connection, writer: UUID, batch: int) -> bool:
    """Note that a process adds its batch of this number; False when that was done before."""
    cursor = await tx.execute(
        "INSERT INTO usage_writer (id, batch, written_at) VALUES (%s, %s, now()) ON CONFLICT (id) DO UPDATE"
        " SET batch = excluded.batch, written_at = excluded.written_at"
        " WHERE usage_writer.batch < excluded.batch",
        (writer, batch),
    )
    return cursor.rowcount == 1


async def add(tx: Connection, spends: Sequence[tuple[Key, Spend]]) -> None:
    """Add to the counts. In the order of their keys, so that two processes never wait for each other."""
    rows = sorted(spends, key=lambda row: row[0])
    keys, spent = [key for key, _ in rows], [spend for _, spend in rows]
    await tx.execute(
        """INSERT INTO usage_by_day AS held (day, scope, name, requests, tokens, usd, unpriced)
        SELECT * FROM unnest(%s::date[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::numeric[],
                             %s::bigint[])
        ON CONFLICT (day, scope, name) DO UPDATE SET requests = held.requests + excluded.requests,
            tokens = held.tokens + excluded.tokens, usd = held.usd + excluded.usd,
            unpriced = held.unpriced + excluded.unpriced""",
        (
            *_columns(keys),
            [spend.requests for spend in spent],
            [spend.tokens for spend in spent],
            [spend.usd for spend in spent],
            [spend.unpriced for spend in spent],
        ),
    )


async def read(tx: Connection, keys: Sequence[Key]) -> dict[Key, Spend]:
    """Return the counts of those keys that have one."""
    cursor = await tx.execute(
        """SELECT day, scope, name, requests, tokens, usd, unpriced
        FROM unnest(%s::date[], %s::text[], %s::text[]) AS wanted (day, scope, name)
        JOIN usage_by_day USING (day, scope, name)""",
        _columns(keys),
    )
    return {(row[0], cast(Scope, row[1]), row[2]): Spend(*row[3:]) async for row in cursor}


async def list_day(tx: Connection, day: date, *, limit: int) -> dict[Key, Spend]:
    """Return the counts of a day, the largest first of users."""
    cursor = await tx.execute(
        """SELECT day, scope, name, requests, tokens, usd, unpriced FROM usage_by_day
        WHERE day = %s ORDER BY scope = 'user', tokens DESC, requests DESC LIMIT %s""",
        (day, limit),
    )
    return {(row[0], cast(Scope, row[1]), row[2]): Spend(*row[3:]) async for row in cursor}


async def delete_user(tx: Connection, user: str) -> int:
    """Delete the days of a user; return how many. What is under way begins the day of today anew."""
    cursor = await tx.execute("DELETE FROM usage_by_day WHERE scope = 'user' AND name = %s", (user,))
    return cursor.rowcount


async def delete_old(tx: Connection, today: date) -> None:
    """Forget days that nobody budgets for any more, and processes that are gone."""
    await tx.execute("DELETE FROM usage_by_day WHERE day < %s - %s::interval", (today, _KEPT))
    await tx.execute("DELETE FROM usage_writer WHERE written_at < now() - interval '2 days'")


def _columns(keys: Sequence[Key]) -> tuple[list[date], list[str], list[str]]:
    return [key[0] for key in keys], [key[1] for key in keys], [key[2] for key in keys]
