"""Erasing traces, also those that somebody still has in a queue or a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from answerable.db.database import Connection
from answerable.traces.rollups import store as rollups
from answerable.traces.writing import store
from answerable.traces.writing.entries import conversation_key, user_key


async def erase_conversation(
    tx: Connection, name: str, *, key_id: UUID | None, user: str, at: datetime
) -> Sequence[str]:
    """Delete the traces of one key's and user's conversation that began until `at`; return their ids."""
    await store.begin_erasing(tx)
    await store.note_erasure(tx, conversation_key(name, key_id=key_id, user=user), at)
    trace_ids = await store.delete_conversation(tx, name, key_id=key_id, user=user)
    await store.delete_spans(tx, trace_ids, at)
    return trace_ids


async def erase_traces(tx: Connection, trace_ids: Sequence[str], *, at: datetime) -> Sequence[str]:
    """Delete traces with all of their runs; return the ids of those that were there."""
    if not trace_ids:
        return ()
    await store.begin_erasing(tx)
    found = await store.delete_traces(tx, trace_ids)
    await store.delete_spans(tx, trace_ids, at)
    return found


async def erase_user(tx: Connection, user: str, *, at: datetime) -> Sequence[str]:
    """Delete a user's traces, whichever key asked for them, and what was summed up of the user; return their ids."""
    await store.begin_erasing(tx)
    await store.note_erasure(tx, user_key(user), at)
    trace_ids = await store.delete_user(tx, user)
    await store.delete_spans(tx, trace_ids, at)
    await rollups.delete_user(tx, user)
    return trace_ids
