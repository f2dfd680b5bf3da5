"""The SQL of splits: who is in which, and who is put into another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from answerable.datasets import store
from answerable.db.database import Connection

_COPIED: Final = (
    "number, dataset_id, key, input, expected, acceptable, refuse, tool_calls, history, evidence, tags, weight,"
    " metadata, trace_id, provenance, content_hash, input_hash, vector, vector_due, held"
)


class Place(NamedTuple):
    """Where an example is; `words` is the hash of the words of its input."""

    id: UUID
    key: str
    split: str
    tags: tuple[str, ...]
    words: bytes


class Move(NamedTuple):
    """An example that goes into another split: what it was, what it is then, and its new digest."""

    id: UUID
    new_id: UUID
    split: str
    digest: bytes


async def list_places(tx: Connection, dataset_id: UUID) -> list[Place]:
    """Return where every example of the draft is."""
    cursor = await tx.execute(
        "SELECT id, key, split, tags, input_hash FROM dataset_example"
        f" WHERE dataset_id = %s AND {store.DRAFT} ORDER BY number",
        (dataset_id,),
    )
    return [Place(id, key, split, tuple(tags), bytes(words)) async for id, key, split, tags, words in cursor]


async def move(tx: Connection, moves: Sequence[Move], *, at: datetime) -> None:
    """Put examples into other splits; one that a version has stays in it, and a copy takes its place in the draft."""
    frozen = await _list_frozen(tx, [one.id for one in moves])
    new = [one for one in moves if one.id not in frozen]
    copied = [one for one in moves if one.id in frozen]
    await store.remove(tx, [one.id for one in copied], at=at)
    async with tx.cursor() as cursor:
        await cursor.executemany(
            "UPDATE dataset_example SET split = %s, digest = %s WHERE id = %s",
            [(one.split, one.digest, one.id) for one in new],
        )
        await cursor.executemany(
            f"INSERT INTO dataset_example (id, split, digest, added_at, {_COPIED}) OVERRIDING SYSTEM VALUE"
            f" SELECT %s, %s, %s, %s, {_COPIED} FROM dataset_example WHERE id = %s",
            [(one.new_id, one.split, one.digest, at, one.id) for one in copied],
        )


async def _list_frozen(tx: Connection, ids: Sequence[UUID]) -> set[UUID]:
    cursor = await tx.execute(
        "SELECT id FROM dataset_example WHERE id = ANY (%s) AND first_version IS NOT NULL", (list(ids),)
    )
    return {id async for (id,) in cursor}
