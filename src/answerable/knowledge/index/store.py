"""What is written: index_version rows with their partitions, chunks, vectors, segments and posting lists.

Partitions are named by the number of their index and addressed directly: planning is cheaper, and rows of another
index can never be read. Every method runs on a given transaction and never commits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from numpy.typing import NDArray

from answerable.core.errors import NotFound
from answerable.db.database import Connection
from answerable.knowledge.index.binary import encode_rows
from answerable.knowledge.index.postings import NewSegment
from answerable.knowledge.missing import no_collection
from answerable.knowledge.types import MAIN_INDEX, ChunkerSettings, EmbeddedDocument, Index, IndexSettings

_EF_CONSTRUCTION = 256
"""Documents of one subject come together, and pgvector's own 64 joins such clusters badly: of the true best ten it
then finds .60, with 256 it finds .95 (docs/decisions/0009-hnsw-build.md)."""

COLUMNS = "id, collection_id, settings, dimensions, state, generation, languages, name"
"""Of `index_version`, as `to_index` takes them."""


@dataclass(frozen=True, slots=True)
class SegmentSize:
    id: int
    language: str
    chunks: int
    dead: int


class IndexStore:
    """The SQL of the index tables."""

    async def find_active(self, tx: Connection, collection_id: int, *, lock: bool = False) -> Index | None:
        """Return the active index; `lock` waits for whoever makes one at this moment."""
        if lock:
            cursor = await tx.execute("SELECT 1 FROM collection WHERE id = %s FOR UPDATE", (collection_id,))
            if await cursor.fetchone() is None:
                raise NotFound("There is no such collection.", hint="Make it first, or check its name.")
        sql = f"SELECT {COLUMNS} FROM index_version WHERE collection_id = %s AND state = 'active'"
        row = await (await tx.execute(sql, (collection_id,))).fetchone()
        return None if row is None else to_index(row)

    async def find_of(self, tx: Connection, collection: str, name: str | None = None) -> Index | None:
        """Return an index of the collection of that name: the active one, or the one called `name`.

        Raises NotFound for the collection.
        """
        columns = ", ".join(f"i.{column}" for column in COLUMNS.split(", "))
        chosen = "i.state = 'active'" if name is None else "i.name = %(name)s"
        sql = (
            f"SELECT {columns} FROM collection c"
            f" LEFT JOIN index_version i ON i.collection_id = c.id AND {chosen} WHERE c.name = %(collection)s"
        )
        row = await (await tx.execute(sql, {"collection": collection, "name": name})).fetchone()
        if row is None:
            raise no_collection(collection)
        return None if row[0] is None else to_index(row)

    async def get(self, tx: Connection, index_id: int) -> Index:
        """Return an index. Raises NotFound."""
        sql = f"SELECT {COLUMNS} FROM index_version WHERE id = %s"
        row = await (await tx.execute(sql, (index_id,))).fetchone()
        if row is None:
            raise NotFound("There is no such index.", hint="It may have been replaced; name the collection.")
        return to_index(row)

    async def create(
        self,
        tx: Connection,
        collection_id: int,
        settings: IndexSettings,
        *,
        dimensions: int,
        state: str,
        name: str = MAIN_INDEX,
    ) -> Index:
        """Make an index with its empty tables."""
        text = json.dumps(asdict(settings), sort_keys=True)
        sql = (
            "INSERT INTO index_version (collection_id, settings, settings_hash, dimensions, state, name)"
            f" VALUES (%s, %s, %s, %s, %s, %s) RETURNING {COLUMNS}"
        )
        values = (collection_id, text, hash_settings(settings), dimensions, state, name)
        row = await (await tx.execute(sql, values)).fetchone()
        assert row is not None
        index = to_index(row)
        for table in ("chunk", "posting"):
            await tx.execute(
                f"CREATE TABLE {table}_{index.id} PARTITION OF {table} FOR VALUES IN ({index.id})"
            )
        await tx.execute(
            f"CREATE TABLE chunk_vector_{index.id} (ordinal bigint PRIMARY KEY, document_id uuid NOT NULL,"
            f" embedding halfvec({dimensions:d}) STORAGE PLAIN NOT NULL)"
        )
        await tx.execute(f"CREATE INDEX ON chunk_{index.id} (document_id, position)")
        return index

    async def drop(self, tx: Connection, index_id: int) -> None:
        """Remove an index with everything in it."""
        for table in ("chunk", "chunk_vector", "posting"):
            await tx.execute(f"DROP TABLE IF EXISTS {table}_{index_id:d}")
        await tx.execute("DELETE FROM index_version WHERE id = %s", (index_id,))

    async def list_ids(self, tx: Connection, collection_id: int) -> list[int]:
        """Return all indexes of a collection, whatever their state."""
        cursor = await tx.execute("SELECT id FROM index_version WHERE collection_id = %s", (collection_id,))
        return [row[0] async for row in cursor]

    async def begin_write(self, tx: Connection, index_id: int, *, chunks: int, languages: list[str]) -> int:
        """Lock the index against other writers, bump its generation, and return the first of `chunks` ordinals."""
        cursor = await tx.execute(
            "UPDATE index_version SET generation = generation + 1, next_ordinal = next_ordinal + %s, languages ="
            " ARRAY(SELECT DISTINCT l FROM unnest(languages || %s::text[]) AS l ORDER BY l)"
            " WHERE id = %s RETURNING next_ordinal",
            (chunks, languages, index_id),
        )
        row = await cursor.fetchone()
        if row is None:
            raise NotFound(
                "There is no such index.", hint="It may have been replaced meanwhile; write again."
            )
        return int(row[0]) - chunks

    async def delete_chunks(self, tx: Connection, index_id: int, documents: Sequence[UUID]) -> int:
        """Remove the chunks of documents, and mark their ordinals dead in the segments. Return how many."""
        cursor = await tx.execute(
            f"DELETE FROM chunk_{index_id:d} WHERE document_id = ANY(%s) RETURNING ordinal",
            (list(documents),),
        )
        ordinals = sorted([row[0] async for row in cursor])
        if not ordinals:
            return 0
        await tx.execute(f"DELETE FROM chunk_vector_{index_id:d} WHERE ordinal = ANY(%s)", (ordinals,))
        await self._bury(tx, index_id, np.array(ordinals, dtype="<u4"))
        return len(ordinals)

    async def copy_chunks(
        self, tx: Connection, index_id: int, first_ordinal: int, documents: Sequence[EmbeddedDocument]
    ) -> None:
        """Write chunks and vectors, numbered in order from `first_ordinal`."""
        ordinal = first_ordinal
        async with (
            tx.cursor() as cursor,
            cursor.copy(
                f"COPY chunk_{index_id:d} (index_id, ordinal, document_id, position, text, header, heading_path, page,"
                " start_offset, end_offset, tokens) FROM STDIN (FORMAT BINARY)"
            ) as copy,
        ):
            copy.set_types(
                ["int8", "int8", "uuid", "int4", "text", "text", "text[]", "int4", "int4", "int4", "int4"]
            )
            for document in documents:
                for position, c in enumerate(document.chunks):
                    await copy.write_row(
                        (
                            index_id, ordinal, document.id, position, c.text, c.header, list(c.heading_path),
                            c.page, c.start, c.end, c.tokens,
                        )
                    )  # fmt: skip
                    ordinal += 1
        await self._copy_vectors(tx, index_id, first_ordinal, documents)

    async def _copy_vectors(
        self, tx: Connection, index_id: int, first_ordinal: int, documents: Sequence[EmbeddedDocument]
    ) -> None:
        owners = [document.id for document in documents for _ in document.chunks]
        vectors = np.concatenate([document.vectors for document in documents])
        sql = f"COPY chunk_vector_{index_id:d} (ordinal, document_id, embedding) FROM STDIN (FORMAT BINARY)"
        async with tx.cursor() as cursor, cursor.copy(sql) as copy:
            await copy.write(encode_rows(first_ordinal, owners, vectors))

    async def add_segment(self, tx: Connection, index_id: int, segment: NewSegment) -> None:
        """Write a segment and its posting lists."""
        cursor = await tx.execute(
            "INSERT INTO segment (index_id, language, first_ordinal, last_ordinal, chunks, ordinals, lengths)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id",
            (
                index_id, segment.language, segment.first_ordinal, segment.last_ordinal, segment.chunks,
                segment.ordinals, segment.lengths,
            ),
        )  # fmt: skip
        row = await cursor.fetchone()
        assert row is not None
        sql = f"COPY posting_{index_id:d} (index_id, segment_id, lexeme, ordinals, counts) FROM STDIN (FORMAT BINARY)"
        async with cursor.copy(sql) as copy:
            copy.set_types(["int8", "int8", "text", "bytea", "bytea"])
            for lexeme, ordinals, counts in segment.postings:
                await copy.write_row((index_id, row[0], lexeme, ordinals, counts))

    async def _bury(self, tx: Connection, index_id: int, ordinals: NDArray[np.uint32]) -> None:
        """Add ordinals (ascending) to the dead of the segments whose range holds them."""
        cursor = await tx.execute(
            "SELECT id, first_ordinal, last_ordinal FROM segment"
            " WHERE index_id = %s AND first_ordinal <= %s AND last_ordinal >= %s",
            (index_id, int(ordinals[-1]), int(ordinals[0])),
        )
        for segment_id, first, last in await cursor.fetchall():
            dead = ordinals[(ordinals >= first) & (ordinals <= last)]
            if len(dead):
                await tx.execute(
                    "UPDATE segment SET dead = dead || %s WHERE id = %s", (dead.tobytes(), segment_id)
                )

    async def list_segments(self, tx: Connection, index_id: int) -> list[SegmentSize]:
        cursor = await tx.execute(
            "SELECT id, language, chunks, octet_length(dead) / 4 FROM segment WHERE index_id = %s ORDER BY id",
            (index_id,),
        )
        return [SegmentSize(*row) async for row in cursor]

    async def count_chunks(self, tx: Connection, index_id: int) -> int:
        row = await (await tx.execute(f"SELECT count(*) FROM chunk_vector_{index_id:d}")).fetchone()
        return 0 if row is None else int(row[0])

    async def has_vector_index(self, tx: Connection, index_id: int) -> bool:
        cursor = await tx.execute("SELECT to_regclass(%s)", (f"chunk_vector_{index_id:d}_hnsw",))
        row = await cursor.fetchone()
        return row is not None and row[0] is not None

    async def create_vector_index(self, tx: Connection, index_id: int) -> None:
        """Build the HNSW index. Searches go on meanwhile; writers of this index wait.

        A parallel build keeps the graph in shared memory, of which a container may have too little: then it is
        built by one process.
        """
        await tx.execute("SET LOCAL maintenance_work_mem = '512MB'")
        create = (
            f"CREATE INDEX chunk_vector_{index_id:d}_hnsw ON chunk_vector_{index_id:d}"
            f" USING hnsw (embedding halfvec_ip_ops) WITH (ef_construction = {_EF_CONSTRUCTION})"
        )
        try:
            async with tx.transaction():
                await tx.execute(create)
        except psycopg.errors.DiskFull:
            await tx.execute("SET LOCAL max_parallel_maintenance_workers = 0")
            await tx.execute(create)

    async def analyze(self, tx: Connection, index_id: int) -> None:
        """Refresh the planner's statistics of an index, after much was written."""
        await tx.execute(
            f"ANALYZE chunk_{index_id:d}, chunk_vector_{index_id:d}, posting_{index_id:d}, document"
        )


def hash_settings(settings: IndexSettings) -> str:
    """Return SHA-256 of what makes an index: a collection has one of each."""
    return hashlib.sha256(json.dumps(asdict(settings), sort_keys=True).encode()).hexdigest()


def to_index(row: tuple[Any, ...]) -> Index:
    """Return the index of a row of `COLUMNS`."""
    settings = IndexSettings(embedder=row[2]["embedder"], chunker=ChunkerSettings(**row[2]["chunker"]))
    return Index(
        id=row[0], collection_id=row[1], settings=settings, dimensions=row[3], state=row[4], generation=row[5],
        languages=tuple(row[6]), name=row[7],
    )  # fmt: skip
