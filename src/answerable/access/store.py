"""The SQL of `api_key`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from answerable.access.types import ApiKey, Role
from answerable.db.database import Connection

_COLUMNS = "id, name, role, groups, prefix, created_at, last_used_at, revoked_at"


async def insert_key(
    tx: Connection,
    *,
    id: UUID,
    name: str,
    role: Role,
    groups: frozenset[str] | None,
    prefix: str,
    secret_hash: bytes,
) -> ApiKey:
    cursor = await tx.cursor(row_factory=dict_row).execute(
        "INSERT INTO api_key (id, name, role, groups, prefix, secret_hash) VALUES (%s, %s, %s, %s, %s, %s) "
        f"RETURNING {_COLUMNS}",
        (id, name, role, None if groups is None else sorted(groups), prefix, secret_hash),
    )
    row = await cursor.fetchone()
    assert row is not None
    return _to_key(row)


async def find_key(tx: Connection, secret_hash: bytes) -> ApiKey | None:
    cursor = await tx.cursor(row_factory=dict_row).execute(
        f"SELECT {_COLUMNS} FROM api_key WHERE secret_hash = %s", (secret_hash,)
    )
    row = await cursor.fetchone()
    return None if row is None else _to_key(row)


async def find_key_by_id(tx: Connection, id: UUID) -> ApiKey | None:
    cursor = await tx.cursor(row_factory=dict_row).execute(
        f"SELECT {_COLUMNS} FROM api_key WHERE id = %s", (id,)
    )
    row = await cursor.fetchone()
    return None if row is None else _to_key(row)


async def touch_key(tx: Connection, id: UUID) -> None:
    await tx.execute("UPDATE api_key SET last_used_at = now() WHERE id = %s", (id,))


async def list_keys(tx: Connection) -> list[ApiKey]:
    cursor = await tx.cursor(row_factory=dict_row).execute(
        f"SELECT {_COLUMNS} FROM api_key ORDER BY created_at, id"
    )
    return [_to_key(row) for row in await cursor.fetchall()]


async def revoke_keys(tx: Connection, name_or_prefix: str) -> list[ApiKey]:
    """Revoke the keys of that id, name or shown prefix that are not revoked yet; return them."""
    cursor = await tx.cursor(row_factory=dict_row).execute(
        "UPDATE api_key SET revoked_at = now() "
        f"WHERE revoked_at IS NULL AND %(it)s IN (name, prefix, id::text) RETURNING {_COLUMNS}",
        {"it": name_or_prefix},
    )
    return [_to_key(row) for row in await cursor.fetchall()]


def _to_key(row: dict[str, Any]) -> ApiKey:
    groups = row.pop("groups")
    return ApiKey(**row, groups=None if groups is None else frozenset(groups))
