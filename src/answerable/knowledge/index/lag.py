"""The SQL of what an index does not hold yet of its collection, and of who brings it up to date."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from answerable.db.database import Connection


async def lock_indexes(tx: Connection, collection_id: int) -> list[int]:
    """Lock all indexes of a collection against other writers, in one order for everybody; return their ids."""
    cursor = await tx.execute(
        "SELECT id FROM index_version WHERE collection_id = %s ORDER BY id FOR NO KEY UPDATE",
        (collection_id,),
    )
    return [row[0] async for row in cursor]


async def add_lag(tx: Connection, index_id: int, document_ids: Sequence[UUID]) -> None:
    """Note that an index does not hold these documents."""
    await tx.execute(
        "INSERT INTO index_lag (index_id, document_id) SELECT %s, unnest(%s::uuid[]) ON CONFLICT DO NOTHING",
        (index_id, list(document_ids)),
    )


async def add_collection(tx: Connection, index_id: int) -> int:
    """Note that an index holds nothing of its collection yet; return how many documents that are."""
    cursor = await tx.execute(
        "INSERT INTO index_lag (index_id, document_id) SELECT i.id, d.id FROM index_version i"
        " JOIN document d ON d.collection_id = i.collection_id WHERE i.id = %s ON CONFLICT DO NOTHING",
        (index_id,),
    )
    return cursor.rowcount


async def remove_lag(tx: Connection, index_id: int, document_ids: Sequence[UUID]) -> None:
    """Note that an index holds these documents now."""
    await tx.execute(
        "DELETE FROM index_lag WHERE index_id = %s AND document_id = ANY(%s)", (index_id, list(document_ids))
    )


async def count_lag(tx: Connection, index_id: int) -> int:
    """Return how many documents of its collection an index does not hold."""
    cursor = await tx.execute("SELECT count(*) FROM index_lag WHERE index_id = %s", (index_id,))
    row = await cursor.fetchone()
    return 0 if row is None else int(row[0])


async def list_behind(tx: Connection, collection_id: int) -> list[int]:
    """Return the indexes of a collection that do not hold all of it."""
    cursor = await tx.execute(
        "SELECT id FROM index_version i WHERE collection_id = %s"
        " AND EXISTS (SELECT FROM index_lag WHERE index_id = i.id) ORDER BY id",
        (collection_id,),
    )
    return [row[0] async for row in cursor]


async def set_follower(tx: Connection, index_id: int, follower: UUID) -> bool:
    """Make a job the one that brings an index up to date, instead of any other; False when the index is gone."""
    cursor = await tx.execute(
        "UPDATE index_version SET follower = %s, problem = NULL WHERE id = %s", (follower, index_id)
    )
    return cursor.rowcount == 1


async def is_follower(tx: Connection, index_id: int, follower: UUID) -> bool:
    cursor = await tx.execute(
        "SELECT 1 FROM index_version WHERE id = %s AND follower = %s", (index_id, follower)
    )
    return await cursor.fetchone() is not None


async def end_follower(tx: Connection, index_id: int, follower: UUID, *, problem: str | None = None) -> None:
    """Note that a job has ended, and why the index is still behind, unless another job has taken over."""
    await tx.execute(
        "UPDATE index_version SET follower = NULL, problem = %s WHERE id = %s AND follower = %s",
        (problem, index_id, follower),
    )
