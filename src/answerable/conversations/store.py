"""The SQL of `conversation` and `conversation_message`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from answerable.conversations.types import Conversation, Owner, Said
from answerable.db.database import Connection

_COLUMNS = "id, name, app, messages, created_at, updated_at"
_SAID = "number, role, content, trace_id, created_at"
_OWNED = "key_id IS NOT DISTINCT FROM %s AND user_name = %s"


async def find(tx: Connection, owner: Owner, name: str) -> Conversation | None:
    cursor = await tx.execute(
        f"SELECT {_COLUMNS} FROM conversation WHERE {_OWNED} AND name = %s", (owner.key_id, owner.user, name)
    )
    row = await cursor.fetchone()
    return None if row is None else Conversation(*row)


async def find_or_create(tx: Connection, id: UUID, owner: Owner, name: str, app: str) -> Conversation:
    """Return the conversation, made now if it is not there; two that make it at once get the same."""
    found = await find(tx, owner, name)
    if found is not None:
        return found
    cursor = await tx.execute(
        "INSERT INTO conversation (id, key_id, user_name, name, app) VALUES (%s, %s, %s, %s, %s)"
        f" ON CONFLICT (key_id, user_name, name) DO UPDATE SET updated_at = now() RETURNING {_COLUMNS}",
        (id, owner.key_id, owner.user, name, app),
    )
    row = await cursor.fetchone()
    assert row is not None
    return Conversation(*row)


async def list_owned(tx: Connection, owner: Owner, *, limit: int) -> list[Conversation]:
    cursor = await tx.execute(
        f"SELECT {_COLUMNS} FROM conversation WHERE {_OWNED} ORDER BY updated_at DESC LIMIT %s",
        (owner.key_id, owner.user, limit),
    )
    return [Conversation(*row) async for row in cursor]


async def take_numbers(tx: Connection, id: UUID, count: int) -> int | None:
    """Return the first of so many new numbers; None when the conversation is gone. Others who add to it wait."""
    cursor = await tx.execute(
        "UPDATE conversation SET messages = messages + %s, updated_at = now() WHERE id = %s RETURNING messages",
        (count, id),
    )
    row = await cursor.fetchone()
    return None if row is None else int(row[0]) - count


async def insert(
    tx: Connection,
    id: UUID,
    first: int,
    messages: Sequence[tuple[Literal["user", "assistant"], str]],
    trace_id: str,
) -> None:
    await tx.cursor().executemany(
        "INSERT INTO conversation_message (conversation_id, number, role, content, trace_id)"
        " VALUES (%s, %s, %s, %s, %s)",
        [(id, first + at, role, _storable(text), trace_id) for at, (role, text) in enumerate(messages)],
    )


async def list_last(tx: Connection, id: UUID, *, limit: int) -> tuple[Said, ...]:
    """Return the last messages, oldest first."""
    cursor = await tx.execute(
        f"SELECT {_SAID} FROM conversation_message WHERE conversation_id = %s ORDER BY number DESC LIMIT %s",
        (id, limit),
    )
    return tuple(Said(*row) for row in reversed(await cursor.fetchall()))


async def list_after(tx: Connection, id: UUID, *, after: int, limit: int) -> tuple[Said, ...]:
    cursor = await tx.execute(
        f"SELECT {_SAID} FROM conversation_message WHERE conversation_id = %s AND number > %s"
        " ORDER BY number LIMIT %s",
        (id, after, limit),
    )
    return tuple([Said(*row) async for row in cursor])


async def delete(tx: Connection, owner: Owner, name: str) -> bool:
    """Delete a conversation with everything in it; False when there is none."""
    cursor: Any = await tx.execute(
        f"DELETE FROM conversation WHERE {_OWNED} AND name = %s", (owner.key_id, owner.user, name)
    )
    return bool(cursor.rowcount)


async def list_of_user(tx: Connection, user: str) -> list[UUID]:
    """Return a user's conversations, with whichever key, and keep others from adding to them."""
    cursor = await tx.execute("SELECT id FROM conversation WHERE user_name = %s FOR UPDATE", (user,))
    return [row[0] async for row in cursor]


async def list_trace_ids(tx: Connection, ids: Sequence[UUID]) -> list[str]:
    cursor = await tx.execute(
        "SELECT DISTINCT trace_id FROM conversation_message WHERE conversation_id = ANY(%s)", (list(ids),)
    )
    return [row[0] async for row in cursor]


async def delete_of_user(tx: Connection, user: str) -> None:
    await tx.execute("DELETE FROM conversation WHERE user_name = %s", (user,))


async def list_apps(tx: Connection) -> list[str]:
    cursor = await tx.execute("SELECT DISTINCT app FROM conversation ORDER BY app")
    return [row[0] async for row in cursor]


async def delete_silent(tx: Connection, app: str, *, since: datetime) -> int:
    """Delete the conversations of an app in which nothing was said since; return how many."""
    cursor = await tx.execute("DELETE FROM conversation WHERE app = %s AND updated_at < %s", (app, since))
    return cursor.rowcount


def _storable(text: str) -> str:
    """PostgreSQL stores neither NUL nor half of a surrogate pair."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
