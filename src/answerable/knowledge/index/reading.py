"""The SQL of a search: in one snapshot, or in statements that tell whether the index has moved.

Who may read what stands in `Condition`, and is part of every statement that finds or returns passages.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from answerable.db.database import Connection
from answerable.knowledge.index.binary import HalfVector, Ordinals, decode_vectors
from answerable.knowledge.index.bm25 import Segment
from answerable.knowledge.index.filters import Condition
from answerable.knowledge.index.store import IndexStore
from answerable.knowledge.types import DocumentRef, Index

_MAX_EF_SEARCH = 1000  # pgvector's own limit
_EF_PER_NEIGHBOUR = 2  # a queue as long as the result misses a fifth of it


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk with its document, as stored."""

    ordinal: int
    chunk_id: str
    text: str
    heading_path: tuple[str, ...]
    page: int | None
    start: int
    end: int
    document: DocumentRef
    language: str


def list_vector_settings(nearest: int) -> dict[str, str]:
    """Return pgvector's settings for a search that wants so many neighbours."""
    return {
        "hnsw.iterative_scan": "relaxed_order",
        "hnsw.ef_search": str(min(_EF_PER_NEIGHBOUR * nearest, _MAX_EF_SEARCH)),
    }


async def list_segment_states(tx: Connection, index_id: int) -> dict[int, int]:
    """Return each segment's id and the bytes of its tombstones: together they tell whether it changed."""
    cursor = await tx.execute(
        "SELECT id, octet_length(dead) FROM segment WHERE index_id = %s ORDER BY first_ordinal, id",
        (index_id,),
    )
    return {row[0]: row[1] async for row in cursor}


async def read_segments(tx: Connection, segment_ids: Sequence[int]) -> list[Segment]:
    cursor = await tx.cursor(binary=True).execute(
        "SELECT id, language, ordinals, lengths, dead FROM segment WHERE id = ANY(%s::bigint[])",
        (list(segment_ids),),
    )
    return [
        Segment(
            id=row[0],
            language=row[1],
            ordinals=np.frombuffer(row[2], dtype="<u4"),
            lengths=np.frombuffer(row[3], dtype="<u2"),
            dead=np.frombuffer(row[4], dtype="<u4"),
        )
        async for row in cursor
    ]


async def read_postings(
    tx: Connection, index_id: int, segment_ids: Collection[int], lexemes: Collection[str]
) -> list[tuple[int, str, NDArray[np.uint32], NDArray[np.uint8]]]:
    """Return (segment id, lexeme, ordinals, counts) of the lists that exist."""
    cursor = await tx.cursor(binary=True).execute(
        f"SELECT segment_id, lexeme, ordinals, counts FROM posting_{index_id:d}"
        " WHERE segment_id = ANY(%s::bigint[]) AND lexeme = ANY(%s::text[])",
        (list(segment_ids), list(lexemes)),
    )
    return [
        (row[0], row[1], np.frombuffer(row[2], dtype="<u4"), np.frombuffer(row[3], dtype=np.uint8))
        async for row in cursor
    ]


async def keep_allowed(
    tx: Connection, index_id: int, ordinals: NDArray[np.int64], condition: Condition
) -> NDArray[np.bool_]:
    """Return which of the chunks the condition allows."""
    cursor = await tx.execute(
        f"SELECT v.ordinal FROM chunk_vector_{index_id:d} AS v JOIN document AS d ON d.id = v.document_id"
        f" WHERE v.ordinal = ANY(%s::bigint[]) AND {condition.sql or 'true'}",
        (Ordinals(ordinals), *condition.params),
    )
    return np.isin(ordinals, [row[0] async for row in cursor])


async def search_vectors(
    tx: Connection,
    index: Index,
    query: NDArray[np.float32],
    *,
    also: NDArray[np.int64],
    condition: Condition,
    limit: int,
) -> tuple[NDArray[np.int64], NDArray[np.float32], int | None]:
    """Return ordinals and inner products: the nearest `limit` chunks that the condition allows, then those of `also`.

    A chunk may come twice. Last comes the index's generation as the statement saw it, -1 when its state is another
    one by now, None when nothing was found. When the approximate index gives up early under a narrow condition, all
    are compared.
    """
    vector = HalfVector(query)
    rows = await _nearest(tx, index, vector, also=also, condition=condition, limit=limit)
    few = len(rows) - len(also) < limit
    if condition and few and await IndexStore().has_vector_index(tx, index.id):
        async with tx.transaction():  # outside of one the setting would be ignored
            await tx.execute("SET LOCAL enable_indexscan = off")
            rows = await _nearest(tx, index, vector, also=also, condition=condition, limit=limit)
            await tx.execute("SET LOCAL enable_indexscan = on")
    found = np.array([row[:2] for row in rows], dtype=np.float64).reshape(-1, 2)
    generation = rows[0][2] if rows else None
    return found[:, 0].astype(np.int64), found[:, 1].astype(np.float32), generation


async def is_current(tx: Connection, index: Index) -> bool:
    """Say whether the index still has this generation and state."""
    cursor = await tx.execute(
        "SELECT 1 FROM index_version WHERE id = %s AND generation = %s AND state = %s",
        (index.id, index.generation, index.state),
    )
    return await cursor.fetchone() is not None


async def list_states(tx: Connection) -> dict[int, tuple[int, str]]:
    """Return the generation and the state of every index, by its id."""
    cursor = await tx.execute("SELECT id, generation, state FROM index_version")
    return {row[0]: (row[1], row[2]) for row in await cursor.fetchall()}


async def read_vectors(
    tx: Connection, index: Index, ordinals: NDArray[np.uint32]
) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
    """Return the ordinals of those chunks that are there, ascending, and their vectors: one row each."""
    cursor = await tx.cursor(binary=True).execute(
        f"SELECT ordinal, embedding FROM chunk_vector_{index.id:d} WHERE ordinal = ANY(%s::bigint[]) ORDER BY ordinal",
        (Ordinals(ordinals),),
    )
    rows = await cursor.fetchall()
    found = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
    return found, decode_vectors([row[1] for row in rows], index.dimensions)


async def _nearest(
    tx: Connection,
    index: Index,
    vector: HalfVector,
    *,
    also: NDArray[np.int64],
    condition: Condition,
    limit: int,
) -> list[tuple[Any, ...]]:
    # The limit stands in the text: a plan for an unknown limit takes it for a tenth of the table, and scans all.
    distance = "v.embedding <#> %s::halfvec"
    table = f"chunk_vector_{index.id:d} AS v"
    generation = (
        f"coalesce((SELECT generation FROM index_version WHERE id = {index.id:d} AND state = %s), -1)"
    )
    found = f"SELECT v.ordinal, -({distance}), {generation} FROM {table}"
    allowed = f" JOIN document AS d ON d.id = v.document_id WHERE {condition.sql}" if condition else ""
    cursor = await tx.cursor(binary=True).execute(
        f"({found}{allowed} ORDER BY {distance} LIMIT {limit:d})"
        f" UNION ALL {found} WHERE v.ordinal = ANY(%s::bigint[])",
        (vector, index.state, *condition.params, vector, vector, index.state, Ordinals(also)),
    )
    return await cursor.fetchall()


async def read_passages(
    tx: Connection, index: Index, ordinals: NDArray[np.int64], condition: Condition
) -> dict[int, Passage]:
    """Return the chunks that the condition allows, by ordinal."""
    cursor = await tx.execute(
        "SELECT c.ordinal, c.position, c.text, c.heading_path, c.page, c.start_offset, c.end_offset,"
        " d.id, d.uri, d.title, d.metadata, d.language"
        f" FROM chunk_{index.id:d} AS c JOIN document AS d ON d.id = c.document_id"
        f" WHERE c.ordinal = ANY(%s::bigint[]) AND {condition.sql or 'true'}",
        (Ordinals(ordinals), *condition.params),
    )
    return {row[0]: _to_passage(index, row) for row in await cursor.fetchall()}


def _to_passage(index: Index, row: tuple[Any, ...]) -> Passage:
    document_id: UUID = row[7]
    return Passage(
        ordinal=row[0], chunk_id=index.make_chunk_id(document_id, row[1]), text=row[2], heading_path=tuple(row[3]),
        page=row[4], start=row[5], end=row[6], language=row[11],
        document=DocumentRef(id=document_id, uri=row[8], title=row[9], metadata=row[10]),
    )  # fmt: skip
