"""The SQL of the items of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from uuid import UUID

from psycopg.types.json import Jsonb

from answerable.db.database import Connection
from answerable.knowledge.ingestion.types import Item, ItemSource, Problem


@dataclass(frozen=True, slots=True)
class ItemCounts:
    """What one write adds to an item."""

    item_id: int
    documents: int
    unchanged: int
    removed: int
    chunks: int
    finished: bool


async def insert_items(tx: Connection, run_id: UUID, items: Sequence[tuple[str, ItemSource, int]]) -> None:
    """Add things to read: uri, source, size in bytes. What is there already stays as it is."""
    await tx.execute(
        """
        INSERT INTO ingestion_item (run_id, uri, source, size_bytes, state)
        SELECT %s, uri, source, size_bytes, 'pending'
        FROM unnest(%s::text[], %s::jsonb[], %s::bigint[]) AS new (uri, source, size_bytes)
        ON CONFLICT (run_id, uri) DO NOTHING
        """,
        (
            run_id,
            [uri for uri, _, _ in items],
            [Jsonb(source.to_json()) for _, source, _ in items],
            [size for _, _, size in items],
        ),
    )


async def insert_problems(tx: Connection, run_id: UUID, problems: Iterable[Problem]) -> None:
    """Add things that cannot be read. One that is there already fails with the new reason."""
    rows = list(problems)
    if not rows:
        return
    await tx.execute(
        """
        INSERT INTO ingestion_item (run_id, uri, state, problem, hint)
        SELECT DISTINCT ON (uri) %s, uri, 'failed', problem, hint
        FROM unnest(%s::text[], %s::text[], %s::text[]) AS new (uri, problem, hint)
        ON CONFLICT (run_id, uri) DO UPDATE
        SET state = 'failed', problem = excluded.problem, hint = excluded.hint
        """,
        (run_id, [row.uri for row in rows], [row.reason for row in rows], [row.hint for row in rows]),
    )


async def list_pending(tx: Connection, run_id: UUID, ids: Sequence[int]) -> list[Item]:
    """Return those of some items that are still to be read, the largest first."""
    cursor = await tx.execute(
        """
        SELECT id, uri, source, size_bytes FROM ingestion_item
        WHERE run_id = %s AND state = 'pending' AND id = ANY(%s) ORDER BY size_bytes DESC, id
        """,
        (run_id, list(ids)),
    )
    return [Item(row[0], row[1], ItemSource.from_json(row[2]), row[3]) async for row in cursor]


async def list_pending_sizes(tx: Connection, run_id: UUID) -> list[tuple[int, int]]:
    """Return id and size in bytes of what is left to read, the largest first."""
    cursor = await tx.execute(
        """SELECT id, size_bytes FROM ingestion_item WHERE run_id = %s AND state = 'pending'
        ORDER BY size_bytes DESC, id""",
        (run_id,),
    )
    return [(row[0], row[1]) async for row in cursor]


async def has_pending(tx: Connection, run_id: UUID) -> bool:
    cursor = await tx.execute(
        "SELECT EXISTS (SELECT FROM ingestion_item WHERE run_id = %s AND state = 'pending')", (run_id,)
    )
    return await cursor.fetchone() == (True,)


async def restart_counts(tx: Connection, ids: Sequence[int]) -> None:
    """Set the counts of unfinished items back, before they are read again from the start."""
    await tx.execute(
        """UPDATE ingestion_item SET documents = 0, unchanged = 0, removed = 0, chunks = 0
        WHERE id = ANY(%s) AND state = 'pending' AND documents + unchanged + removed > 0""",
        (list(ids),),
    )


async def add_counts(tx: Connection, counts: Sequence[ItemCounts]) -> None:
    """Count what was written of items; those `finished` end, as unchanged if nothing else was found in them."""
    await tx.execute(
        """
        UPDATE ingestion_item i
        SET documents = i.documents + new.documents, unchanged = i.unchanged + new.unchanged,
            removed = i.removed + new.removed, chunks = i.chunks + new.chunks,
            state = CASE WHEN NOT new.finished THEN i.state
                         WHEN i.documents + new.documents = 0 AND i.unchanged + new.unchanged > 0 THEN 'unchanged'
                         ELSE 'done' END
        FROM unnest(%s::bigint[], %s::integer[], %s::integer[], %s::integer[], %s::integer[], %s::boolean[])
            AS new (item_id, documents, unchanged, removed, chunks, finished)
        WHERE i.id = new.item_id AND i.state = 'pending'
        """,
        [list(column) for column in zip(*(astuple(row) for row in counts), strict=True)],
    )


async def set_unchanged(tx: Connection, run_id: UUID, counts: Mapping[str, int]) -> None:
    """End items of which nothing has changed: uri to number of documents."""
    await tx.execute(
        """UPDATE ingestion_item SET state = 'unchanged', unchanged = new.documents
        FROM unnest(%s::text[], %s::integer[]) AS new (item_uri, documents)
        WHERE run_id = %s AND uri = new.item_uri AND state = 'pending'""",
        (list(counts), list(counts.values()), run_id),
    )


async def set_failed(tx: Connection, item_id: int, *, reason: str, hint: str) -> None:
    await tx.execute(
        "UPDATE ingestion_item SET state = 'failed', problem = %s, hint = %s WHERE id = %s AND state = 'pending'",
        (reason, hint, item_id),
    )


async def list_problems(tx: Connection, run_id: UUID, *, limit: int) -> list[Problem]:
    cursor = await tx.execute(
        """SELECT uri, problem, coalesce(hint, '') FROM ingestion_item
        WHERE run_id = %s AND problem IS NOT NULL ORDER BY uri LIMIT %s""",
        (run_id, limit),
    )
    return [Problem(*row) async for row in cursor]
