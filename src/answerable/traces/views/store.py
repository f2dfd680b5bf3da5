"""The SQL of `trace_view`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg.types.json import Jsonb

from answerable.db.database import Connection
from answerable.traces.views.types import SavedView

_COLUMNS = "name, filter, by, updated_at"


async def list_views(tx: Connection) -> list[SavedView]:
    cursor = await tx.execute(f"SELECT {_COLUMNS} FROM trace_view ORDER BY lower(name), name")
    return [SavedView(*row) async for row in cursor]


async def find_view(tx: Connection, name: str) -> SavedView | None:
    cursor = await tx.execute(f"SELECT {_COLUMNS} FROM trace_view WHERE name = %s", (name,))
    row = await cursor.fetchone()
    return None if row is None else SavedView(*row)


async def count_views(tx: Connection) -> int:
    row = await (await tx.execute("SELECT count(*) FROM trace_view")).fetchone()
    assert row is not None
    return int(row[0])


async def save_view(tx: Connection, name: str, query: Mapping[str, Any], *, by: str) -> SavedView:
    """Make a view, or give the one of that name another filter."""
    cursor = await tx.execute(
        "INSERT INTO trace_view (name, filter, by) VALUES (%s, %s, %s)"
        " ON CONFLICT (name) DO UPDATE SET filter = excluded.filter, by = excluded.by, updated_at = now()"
        f" RETURNING {_COLUMNS}",
        (name, Jsonb(dict(query)), by),
    )
    row = await cursor.fetchone()
    assert row is not None
    return SavedView(*row)


async def delete_view(tx: Connection, name: str) -> bool:
    """Return whether there was one."""
    return (await tx.execute("DELETE FROM trace_view WHERE name = %s", (name,))).rowcount > 0
