"""The SQL of the roll-ups: adding to them, reading totals, forgetting fine levels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any, Final

from psycopg import AsyncRawCursor

from answerable.db.arrays import to_array
from answerable.db.database import Connection
from answerable.traces.rollups.sums import Sums
from answerable.traces.types import RunTotals

KEPT: Final = {"minute": timedelta(days=3), "hour": timedelta(days=400)}
"""How long a level is kept; days are kept for ever."""
_MINUTES_HOURS: Final = 71
"""Up to so many hours back, every minute is there."""

_TYPES: Final = {
    **dict.fromkeys(("level", "app", "variant", "label", "model", "collection", "key_id", "purpose"), "text"),
    **dict.fromkeys(("user_id", "measure", "code"), "text"),
    **dict.fromkeys(("cost_usd", "saved_usd"), "numeric"),
}
"""Of the columns that are no whole numbers."""
_FROM_UNIX_TIME: Final = {
    "bucket": "to_timestamp(bucket)",
    "day": "(to_timestamp(day) AT TIME ZONE 'UTC')::date",
}


@dataclass(frozen=True, slots=True)
class _Rollup:
    """A table, with the names of its columns."""

    table: str
    key: str
    amounts: str


_AMOUNTS: Final = (
    "requests errors cancelled cached abstained input_tokens cached_input_tokens output_tokens reasoning_tokens"
    " cost_usd unpriced saved_usd supported partial unsupported unchecked"
)
_USAGE: Final = _Rollup(
    "usage_rollup", key="level bucket app variant label model collection key_id purpose", amounts=_AMOUNTS
)
_APPS: Final = _Rollup("app_rollup", key="level bucket app variant purpose", amounts=_AMOUNTS)
_USERS: Final = _Rollup(
    "user_rollup", key="day app user_id", amounts="requests errors tokens cost_usd unpriced"
)
_LATENCIES: Final = _Rollup("latency_rollup", key="level bucket app variant measure bin", amounts="count")
_ERRORS: Final = _Rollup("error_rollup", key="level bucket app variant code", amounts="count")


async def add(tx: Connection, sums: Sums) -> None:
    """Add to the roll-ups, in one statement.

    Tables and rows always in the same order, so that two processes never wait for each other.
    """
    rows: list[tuple[_Rollup, list[tuple[Any, ...]]]] = [
        (_USAGE, [(*key, *sums.usage[key]) for key in sorted(sums.usage)]),
        (_APPS, [(*key, *sums.apps[key]) for key in sorted(sums.apps)]),
        (_USERS, [(*key, *sums.users[key]) for key in sorted(sums.users)]),
        (_LATENCIES, [(*key, count) for key, count in sorted(sums.latencies.items())]),
        (_ERRORS, [(*key, count) for key, count in sorted(sums.errors.items())]),
    ]
    parts = [(rollup, values) for rollup, values in rows if values]
    if parts:
        columns = [to_array(column) for _, values in parts for column in zip(*values, strict=True)]
        statement = _write_statement(tuple(rollup for rollup, _ in parts))
        # The driver would look for its placeholders in this long text every time.
        await AsyncRawCursor(tx).execute(statement, columns)


@cache
def _write_statement(rollups: tuple[_Rollup, ...]) -> str:
    """Return the statement that adds arrays of their columns to the tables."""
    numbers = count(1)
    return f"WITH {', '.join(_write_part(rollup, numbers) for rollup in rollups)} SELECT"


def _write_part(rollup: _Rollup, numbers: Iterator[int]) -> str:
    names = f"{rollup.key} {rollup.amounts}".split()
    given = ", ".join(f"${next(numbers)}::{_TYPES.get(name, 'bigint')}[]" for name in names)
    read = ", ".join(_FROM_UNIX_TIME.get(name, name) for name in names)
    added = ", ".join(f"{name} = held.{name} + excluded.{name}" for name in rollup.amounts.split())
    return (
        f"{rollup.table}_added AS (INSERT INTO {rollup.table} AS held ({', '.join(names)})"
        f" SELECT {read} FROM unnest({given}) AS given ({', '.join(names)})"
        f" ON CONFLICT ({', '.join(rollup.key.split())}) DO UPDATE SET {added})"
    )


async def sum_by_app(tx: Connection, *, hours: int) -> dict[str, RunTotals]:
    """Return what the runs of each app came to in the last hours; an app without runs is left out."""
    level = "minute" if hours <= _MINUTES_HOURS else "hour"
    cursor = await tx.execute(
        "SELECT app, sum(requests)::bigint, sum(errors)::bigint, sum(cost_usd), sum(unpriced)::bigint"
        " FROM app_rollup WHERE level = %s AND bucket >= date_trunc(%s, now() - make_interval(hours => %s), 'UTC')"
        " GROUP BY app",
        (level, level, hours),
    )
    return {app: RunTotals(*totals) async for app, *totals in cursor}


async def delete_user(tx: Connection, user: str) -> None:
    await tx.execute("DELETE FROM user_rollup WHERE user_id = %s", (user,))


async def delete_old(tx: Connection, now: datetime) -> None:
    """Forget the fine levels of what is long ago."""
    for level, kept in KEPT.items():
        for table in ("usage_rollup", "app_rollup", "latency_rollup", "error_rollup"):
            await tx.execute(
                f"DELETE FROM {table} WHERE level = %s AND bucket < %s - %s::interval",
                (level, now.astimezone(UTC), kept),
            )
