"""The SQL over all indexes of a collection."""

from __future__ import annotations

from typing import Any, LiteralString

from answerable.db.database import Connection
from answerable.knowledge.index.store import hash_settings
from answerable.knowledge.index_versions.types import IndexSummary
from answerable.knowledge.types import ChunkerSettings, IndexSettings

_SIZES: LiteralString = " + ".join(
    f"coalesce(pg_total_relation_size(to_regclass('{table}_' || i.id)), 0)"
    for table in ("chunk", "chunk_vector", "posting")
)


async def list_summaries(
    tx: Connection, collection_id: int, *, name: str | None = None
) -> list[IndexSummary]:
    """Return the indexes of a collection, the oldest first, or the one called `name`."""
    cursor = await tx.execute(
        f"""
        SELECT i.id, c.name, i.name, i.state = 'active', i.settings, i.dimensions,
               (SELECT count(*) FROM document d WHERE d.collection_id = c.id),
               (SELECT count(*) FROM index_lag l WHERE l.index_id = i.id),
               (SELECT count(*) FROM chunk k WHERE k.index_id = i.id),
               {_SIZES}, coalesce(i.problem, ''), i.follower IS NOT NULL, i.created_at
        FROM index_version i JOIN collection c ON c.id = i.collection_id
        WHERE c.id = %(collection)s AND (%(name)s::text IS NULL OR i.name = %(name)s)
        ORDER BY i.id
        """,
        {"collection": collection_id, "name": name},
    )
    return [_to_summary(row) async for row in cursor]


async def find_name_of(tx: Connection, collection_id: int, settings: IndexSettings) -> str | None:
    """Return the name of the collection's index with these settings."""
    cursor = await tx.execute(
        "SELECT name FROM index_version WHERE collection_id = %s AND settings_hash = %s",
        (collection_id, hash_settings(settings)),
    )
    row = await cursor.fetchone()
    return None if row is None else str(row[0])


async def count_runs(tx: Connection, collection_id: int, *, index_id: int | None = None) -> int:
    """Return how many ingestions are under way in a collection, or into one of its indexes."""
    cursor = await tx.execute(
        """SELECT count(*) FROM ingestion_run
        WHERE collection_id = %(collection)s AND state IN ('queued', 'running', 'finishing')
          AND (%(index)s::bigint IS NULL OR index_id = %(index)s)""",
        {"collection": collection_id, "index": index_id},
    )
    row = await cursor.fetchone()
    return 0 if row is None else int(row[0])


async def set_active(tx: Connection, collection_id: int, index_id: int) -> None:
    """Make an index the active one of its collection; all documents and sources then count as written to it.

    Both indexes begin a new generation, so that nobody goes on with what is in memory of them.
    """
    await tx.execute(
        "UPDATE index_version SET state = 'beside', generation = generation + 1"
        " WHERE collection_id = %s AND state = 'active'",
        (collection_id,),
    )
    await tx.execute(
        "UPDATE index_version SET state = 'active', generation = generation + 1 WHERE id = %s", (index_id,)
    )
    for table in ("document", "ingestion_source"):
        await tx.execute(
            f"UPDATE {table} SET index_id = %s WHERE collection_id = %s AND index_id IS DISTINCT FROM %s",
            (index_id, collection_id, index_id),
        )


def _to_summary(row: tuple[Any, ...]) -> IndexSummary:
    settings = IndexSettings(embedder=row[4]["embedder"], chunker=ChunkerSettings(**row[4]["chunker"]))
    return IndexSummary(
        id=row[0], collection=row[1], name=row[2], active=row[3], settings=settings, dimensions=row[5],
        documents=row[6], behind=row[7], chunks=row[8], bytes=row[9], problem=row[10], working=row[11],
        created_at=row[12],
    )  # fmt: skip
