"""The SQL of reading runs and spans."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeVar

import psycopg
from psycopg.rows import dict_row

from answerable.db.database import Connection
from answerable.traces.contents import put_back
from answerable.traces.reading.conditions import Conditions
from answerable.traces.reading.cursors import RunKey
from answerable.traces.reading.rows import TRACE_COLUMNS, to_span, to_trace
from answerable.traces.reading.slices import Slice
from answerable.traces.types import Span, Trace

Parent = Literal["trace", "span_part"]
_Row = TypeVar("_Row")
_AT_ONCE: Final = 30
"""Runs that are read in some 2 ms."""
_NEWEST_FIRST: Final = "ORDER BY started_at DESC, id DESC, span_id DESC LIMIT %(limit)s"
_ALL_SORTED: Final = "ORDER BY started_at + interval '0' DESC, id DESC, span_id DESC LIMIT %(limit)s"
"""The same order, that no index has: all that fit are found by the other indexes and then sorted. PostgreSQL thinks
that any beginning of a word is in 1 of 200 runs at least, and would go through all runs for one that is in few."""


async def list_partitions(tx: Connection, parent: Parent) -> list[datetime]:
    """Return when each partition begins, newest first. Only the catalogue is read, and no partition locked."""
    cursor = await tx.execute(
        "SELECT right(leaf.relname, 8) FROM pg_inherits class JOIN pg_inherits part ON part.inhparent = class.inhrelid"
        " JOIN pg_class leaf ON leaf.oid = part.inhrelid"
        " WHERE class.inhparent = %s::regclass AND leaf.relname ~ '_[0-9]{8}$'",
        (parent,),
    )
    names = sorted([name async for (name,) in cursor], reverse=True)
    return [datetime.strptime(name, "%Y%m%d").replace(tzinfo=UTC) for name in names]


async def list_traces(
    tx: Connection, conditions: Conditions, within: Slice, *, after: RunKey | None, limit: int
) -> list[Trace]:
    """Return the newest runs of a stretch of time, from the one after a key on."""
    sql, values = _select(TRACE_COLUMNS, conditions, within, after)
    # Planned for these very values: a plan for any would look at every partition.
    cursor = tx.cursor(row_factory=dict_row)
    await cursor.execute(sql, {**values, "limit": limit}, prepare=False)
    return [to_trace(row) async for row in _fetch(cursor, _AT_ONCE)]


async def list_keys(
    tx: Connection, conditions: Conditions, within: Slice, *, after: RunKey | None, limit: int
) -> list[RunKey]:
    """Return the keys of what `list_traces` returns."""
    sql, values = _select("started_at, id, span_id", conditions, within, after)
    cursor = await tx.execute(sql, {**values, "limit": limit}, prepare=False)
    return [RunKey(*row) async for row in cursor]


async def list_runs(tx: Connection, trace_id: str, within: Slice) -> list[Trace]:
    """Return the runs of one trace that began in a stretch of time, in their order."""
    where, values = _bound("started_at", within)
    cursor = tx.cursor(row_factory=dict_row)
    await cursor.execute(
        f"SELECT {TRACE_COLUMNS} FROM trace WHERE id = %(id)s AND {where} ORDER BY started_at, span_id",
        {**values, "id": trace_id},
        prepare=False,
    )
    return [to_trace(row) async for row in cursor]


async def list_spans(tx: Connection, trace_id: str, within: Slice) -> list[Span]:
    """Return the spans of one trace that came in a stretch of time, in the order in which they were written."""
    where, values = _bound("received_at", within)
    cursor = await tx.execute(
        "SELECT service, spans, contents FROM span_part"
        f" WHERE trace_id = %(id)s AND {where} ORDER BY received_at, part",
        {**values, "id": trace_id},
        prepare=False,
    )
    parts = _fetch(cursor, 1)
    return [
        to_span(trace_id, service, span)
        async for service, spans, contents in parts
        for span in put_back(spans, contents)
    ]


async def _fetch(cursor: psycopg.AsyncCursor[_Row], size: int) -> AsyncIterator[_Row]:
    """Yield the rows, and let others run after each few: a row is turned into values as it is fetched."""
    while rows := await cursor.fetchmany(size):
        for row in rows:
            yield row
        await asyncio.sleep(0)


def _select(
    columns: str, conditions: Conditions, within: Slice, after: RunKey | None
) -> tuple[str, dict[str, Any]]:
    where, values = _bound("started_at", within)
    values |= conditions.values
    if after is not None:
        where += " AND (started_at, id, span_id) < (%(after_at)s, %(after_id)s, %(after_span)s)"
        values |= {"after_at": after.started_at, "after_id": after.trace_id, "after_span": after.span_id}
    order = _ALL_SORTED if within.far and conditions.inverted else _NEWEST_FIRST
    return f"SELECT {columns} FROM trace WHERE {conditions.sql} AND {where} {order}", values


def _bound(column: str, within: Slice) -> tuple[str, dict[str, Any]]:
    parts: list[str] = []
    values: dict[str, Any] = {}
    if within.since is not None:
        parts.append(f"{column} >= %(since)s")
        values["since"] = within.since
    if within.until is not None:
        parts.append(f"{column} < %(until)s")
        values["until"] = within.until
    return " AND ".join(parts) or "true", values


def sort_spans(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return the spans by their beginning; of those with the same id, the one that was written first."""
    by_id: dict[str, Span] = {}
    for span in spans:
        by_id.setdefault(span.span_id, span)
    return tuple(sorted(by_id.values(), key=lambda span: (span.start_ns, span.span_id)))
