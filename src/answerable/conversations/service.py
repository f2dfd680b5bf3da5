"""Conversations belong to one key and, for it, to one user: for everybody else they are not there."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from answerable.conversations import store
from answerable.conversations.types import Conversation, MessagePage, Opened, Owner, check_name
from answerable.core.errors import NotFound
from answerable.core.ids import new_id
from answerable.db.database import Connection, Database

_RECENT: Final = 100
"""Messages that a follow-up may look back on; a variant's token budget is nearly always used up before."""


class ConversationService:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, owner: Owner, name: str, *, app: str) -> Opened:
        """Return the conversation with its last messages; it begins now if it has not yet. Raises InvalidInput."""
        check_name(name)
        async with self._database.transaction() as tx:
            conversation = await store.find_or_create(tx, new_id(), owner, name, app)
            messages = (
                await store.list_last(tx, conversation.id, limit=_RECENT) if conversation.messages else ()
            )
        return Opened(conversation, messages)

    async def append(self, id: UUID, *, question: str, answer: str, trace_id: str) -> bool:
        """Add a whole turn. False when the conversation was deleted meanwhile: it stays deleted."""
        async with self._database.transaction() as tx:
            first = await store.take_numbers(tx, id, 2)
            if first is None:
                return False
            await store.insert(tx, id, first, [("user", question), ("assistant", answer)], trace_id)
        return True

    async def list_messages(
        self, owner: Owner, name: str, *, after: int = -1, limit: int = 200
    ) -> MessagePage:
        """Return what was said, oldest first, from the message numbered `after` on. Raises NotFound."""
        check_name(name)
        async with self._database.transaction() as tx:
            conversation = await store.find(tx, owner, name)
            if conversation is None:
                raise _not_found(name)
            found = await store.list_after(tx, conversation.id, after=after, limit=limit + 1)
        more = len(found) > limit
        return MessagePage(conversation, found[:limit], found[limit - 1].number if more else None)

    async def list_conversations(self, owner: Owner, *, limit: int = 50) -> list[Conversation]:
        """Return the owner's conversations, the one spoken in last first."""
        async with self._database.transaction() as tx:
            return await store.list_owned(tx, owner, limit=limit)

    async def delete(self, owner: Owner, name: str) -> None:
        """Delete a conversation and everything said in it. Raises NotFound."""
        check_name(name)
        async with self._database.transaction() as tx:
            if not await store.delete(tx, owner, name):
                raise _not_found(name)

    async def delete_in(self, tx: Connection, owner: Owner, name: str) -> list[str]:
        """Do what `delete` does in the caller's transaction; return the ids of its answers' traces. Raises NotFound."""
        check_name(name)
        conversation = await store.find(tx, owner, name)
        if conversation is None:
            raise _not_found(name)
        trace_ids = await store.list_trace_ids(tx, [conversation.id])
        await store.delete(tx, owner, name)
        return trace_ids

    async def delete_of_user(self, tx: Connection, user: str) -> tuple[int, list[str]]:
        """Delete a user's conversations with all keys; return how many, and the ids of their answers' traces."""
        ids = await store.list_of_user(tx, user)
        trace_ids = await store.list_trace_ids(tx, ids)
        await store.delete_of_user(tx, user)
        return len(ids), trace_ids


def _not_found(name: str) -> NotFound:
    return NotFound(
        f"There is no conversation {name[:200]!r} of this key and user.",
        hint="A conversation begins with its first question; name its user with `user` if it had one.",
    )
