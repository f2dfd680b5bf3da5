"""The SQL of writing traces: partitions, COPY, what was erased."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Final

from answerable.db.database import Connection
from answerable.traces.writing.entries import SPAN_COLUMNS, TRACE_COLUMNS, Entry

_ERASING: Final = 0x65726173  # "eras": writers share it, whoever erases has it alone
_CHUNK: Final = 1 << 16
"""Characters that are sent to the server at once."""


async def create_partitions(tx: Connection, keep_days: int, day: str) -> None:
    """Make the partitions of a day, where they are missing."""
    await tx.execute("SELECT create_trace_partitions(%s::smallint, %s::date)", (keep_days, day))


async def begin_erasing(tx: Connection) -> None:
    """Wait for those who are writing, and keep others away until the end of the transaction."""
    await tx.execute("SELECT pg_advisory_xact_lock(%s)", (_ERASING,))


async def begin_writing(tx: Connection, keys: Sequence[str], *, since: float) -> dict[str, float]:
    """Return when each key was erased (Unix time): those of `keys`, and all since a time.

    Until the end of the transaction nothing else is erased: that would not see what it writes.
    """
    async with tx.pipeline():  # together with the transaction's BEGIN
        cursor = await tx.execute(
            "SELECT key, extract(epoch FROM erased_at)::float8 FROM find_erased_traces(%s, to_timestamp(%s), %s)",
            (_ERASING, since, list(keys)),
        )
    return {key: at async for key, at in cursor}


async def note_erasure(tx: Connection, key: str, at: datetime) -> None:
    await tx.execute(
        "INSERT INTO trace_erasure (key, erased_at) VALUES (%s, %s)"
        " ON CONFLICT (key) DO UPDATE SET erased_at = greatest(trace_erasure.erased_at, excluded.erased_at)",
        (key, at),
    )


async def insert(tx: Connection, entries: Sequence[Entry]) -> None:
    """Write rows of which none is there yet; else UniqueViolation. CheckViolation: a partition is missing."""
    await _copy(tx, "trace", TRACE_COLUMNS, (entry.trace for entry in entries))
    await _copy(tx, "span_part", SPAN_COLUMNS, (entry.spans for entry in entries))


async def insert_missing(tx: Connection, entries: Sequence[Entry]) -> set[tuple[str, str, float]]:
    """Write the rows that are not there yet; return the id, the span and the Unix time of the runs among them."""
    for table, columns, lines in (
        ("trace", TRACE_COLUMNS, [entry.trace for entry in entries]),
        ("span_part", SPAN_COLUMNS, [entry.spans for entry in entries]),
    ):
        await tx.execute(f"CREATE TEMP TABLE incoming_{table} (LIKE {table}) ON COMMIT DROP")
        await _copy(tx, f"incoming_{table}", columns, lines)
    await tx.execute(
        f"INSERT INTO span_part ({SPAN_COLUMNS}) SELECT {SPAN_COLUMNS} FROM incoming_span_part ON CONFLICT DO NOTHING"
    )
    cursor = await tx.execute(
        f"INSERT INTO trace ({TRACE_COLUMNS}) SELECT {TRACE_COLUMNS} FROM incoming_trace ON CONFLICT DO NOTHING"
        " RETURNING id, span_id, started_at"
    )
    return {(trace_id, span_id, started_at.timestamp()) async for trace_id, span_id, started_at in cursor}


async def _copy(tx: Connection, table: str, columns: str, lines: Iterable[str]) -> None:
    text = "".join(lines)
    if not text:
        return
    async with tx.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for start in range(0, len(text), _CHUNK):
            await copy.write(text[start : start + _CHUNK])


async def list_partitions(tx: Connection) -> list[tuple[str, int, date]]:
    """Return the name of each partition, the days that it is kept (0: for ever) and the first day in it."""
    cursor = await tx.execute(
        r"""SELECT relname, substring(relname, '_(\d+)_\d{8}$')::int, to_date(right(relname, 8), 'YYYYMMDD')
        FROM pg_class JOIN pg_inherits ON inhrelid = oid
        WHERE relkind = 'r' AND relname ~ '^(trace|span_part)_\d+_\d{8}$' AND pg_table_is_visible(oid)"""
    )
    return [(name, keep, day) async for name, keep, day in cursor]


async def drop_partition(tx: Connection, name: str, *, patience: str) -> None:
    """Drop a partition that `list_partitions` named; LockNotAvailable when somebody reads it for too long."""
    await tx.execute(f"SET LOCAL lock_timeout = '{patience}'")
    await tx.execute(f"DROP TABLE IF EXISTS {name}")


async def delete_old_erasures(tx: Connection, now: datetime, *, kept: str) -> None:
    await tx.execute(
        "DELETE FROM trace_erasure WHERE erased_at < %s - %s::interval", (now.astimezone(UTC), kept)
    )


async def try_lock(tx: Connection, key: int) -> bool:
    """Take a lock until the end of the transaction; False when another process has it."""
    cursor = await tx.execute("SELECT pg_try_advisory_xact_lock(%s)", (key,))
    return await cursor.fetchone() == (True,)


async def delete_conversation(tx: Connection, name: str, *, key_id: object, user: str) -> list[str]:
    """Delete the runs of one key's and user's conversation and return the ids of their traces."""
    cursor = await tx.execute(
        "DELETE FROM trace WHERE conversation_id = %s AND key_id IS NOT DISTINCT FROM %s"
        " AND coalesce(user_id, '') = %s RETURNING id",
        (name, key_id, user),
    )
    return [row[0] async for row in cursor]


async def delete_user(tx: Connection, user: str) -> list[str]:
    """Delete a user's runs and return the ids of their traces."""
    cursor = await tx.execute("DELETE FROM trace WHERE user_id = %s RETURNING id", (user,))
    return [row[0] async for row in cursor]


async def delete_traces(tx: Connection, trace_ids: Sequence[str]) -> list[str]:
    """Delete the runs of these traces and return the ids of those that were there."""
    cursor = await tx.execute("DELETE FROM trace WHERE id = ANY(%s) RETURNING id", (list(trace_ids),))
    return [row[0] async for row in cursor]


async def delete_spans(tx: Connection, trace_ids: Sequence[str], at: datetime) -> None:
    """Delete all spans of these traces, and let none of them come back."""
    await tx.execute("DELETE FROM span_part WHERE trace_id = ANY(%s)", (list(trace_ids),))
    await tx.execute(
        "INSERT INTO trace_erasure (key, erased_at) SELECT DISTINCT 'trace:' || id, %s::timestamptz"
        " FROM unnest(%s::text[]) AS id ON CONFLICT DO NOTHING",
        (at, list(trace_ids)),
    )
