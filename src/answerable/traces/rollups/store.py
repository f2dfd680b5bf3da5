"""The SQL of the roll-ups: adding to them, reading totals, forgetting fine levels."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

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


class _Rollup:
    """A table, and the statement that adds arrays of its columns to it."""

    def __init__(self, table: str, *, key: str, amounts: str) -> None:
        names = f"{key} {amounts}".split()
        given = ", ".join(f"%s::{_TYPES.get(name, 'bigint')}[]" for name in names)
        read = ", ".join(_FROM_UNIX_TIME.get(name, name) for name in names)
        added = ", ".join(f"{name} = held.{name} + excluded.{name}" for name in amounts.split())
        self.sql = (
            f"{table}_added AS (INSERT INTO {table} AS held ({', '.join(names)})"
            f" SELECT {read} FROM unnest({given}) AS given ({', '.join(names)})"
            f" ON CONFLICT ({', '.join(key.split())}) DO UPDATE SET {added})"
        )


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
        columns = [_to_array(column) for _, values in parts for column in zip(*values, strict=True)]
        await tx.execute(f"WITH {', '.join(rollup.sql for rollup, _ in parts)} SELECT", columns)


def _to_array(values: Iterable[str | int | Decimal]) -> str:
    """Return an array as PostgreSQL reads it: the driver takes five times as long for a list."""
    return "{" + ",".join(_quote(value) if isinstance(value, str) else str(value) for value in values) + "}"


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


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
