"""The SQL of collections and documents, for readers. Documents are written by ingestion alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

from answerable.db.database import Connection
from answerable.knowledge.types import (
    MAIN_INDEX,
    Collection,
    CollectionSummary,
    Document,
    DocumentRef,
    DocumentText,
    Groups,
    PassagePlace,
    StoredPassage,
)

_DOCUMENT: LiteralString = """d.id, d.collection_id, d.uri, d.title, d.metadata, d.groups, d.language, d.media_type,
    d.content_hash, d.size_bytes, d.pages, d.created_at, d.updated_at"""
_VISIBLE: LiteralString = "(%(groups)s::text[] IS NULL OR d.groups IS NULL OR d.groups && %(groups)s::text[])"


async def insert_collection(tx: Connection, name: str) -> Collection | None:
    """Make a collection; None when the name is taken."""
    cursor = await tx.execute(
        "INSERT INTO collection (name) VALUES (%s) ON CONFLICT (name) DO NOTHING RETURNING id, name, created_at",
        (name,),
    )
    row = await cursor.fetchone()
    return Collection(*row) if row else None


async def find_collection(tx: Connection, name: str) -> Collection | None:
    cursor = await tx.execute("SELECT id, name, created_at FROM collection WHERE name = %s", (name,))
    row = await cursor.fetchone()
    return Collection(*row) if row else None


async def delete_collection(tx: Connection, collection_id: int) -> int:
    """Delete a collection with all that is in it; return how many documents that were."""
    cursor = await tx.execute("SELECT count(*) FROM document WHERE collection_id = %s", (collection_id,))
    row = await cursor.fetchone()
    await tx.execute("DELETE FROM collection WHERE id = %s", (collection_id,))
    return 0 if row is None else int(row[0])


async def list_collections(
    tx: Connection, *, groups: Groups, name: str | None = None
) -> list[CollectionSummary]:
    """Return all collections by name, or the one called `name`, counting what `groups` may read."""
    cursor = await tx.execute(
        f"""
        SELECT c.id, c.name,
               (SELECT count(*) FROM document d WHERE d.collection_id = c.id AND {_VISIBLE}),
               (SELECT count(*) FROM chunk k WHERE k.index_id = i.id
                   AND (%(groups)s::text[] IS NULL
                        OR EXISTS (SELECT FROM document d WHERE d.id = k.document_id AND {_VISIBLE}))),
               i.settings ->> 'embedder', c.created_at
        FROM collection c
        LEFT JOIN index_version i ON i.collection_id = c.id AND i.state = 'active'
        WHERE %(name)s::text IS NULL OR c.name = %(name)s
        ORDER BY c.name
        """,
        {"groups": _as_list(groups), "name": name},
    )
    return [CollectionSummary(*row) async for row in cursor]


async def list_documents(
    tx: Connection, collection_id: int, *, groups: Groups, search: str | None, after: str | None, limit: int
) -> list[Document]:
    """Return documents by uri. `search` must stand in the uri or the title, in any case."""
    cursor = await tx.execute(
        f"""
        SELECT {_DOCUMENT} FROM document d
        WHERE d.collection_id = %(collection)s AND {_VISIBLE}
          AND (%(pattern)s::text IS NULL OR d.uri ILIKE %(pattern)s OR d.title ILIKE %(pattern)s)
          AND (%(after)s::text IS NULL OR d.uri > %(after)s)
        ORDER BY d.uri LIMIT %(limit)s
        """,
        {"after": after, "limit": limit, **_selection(collection_id, groups, search)},
    )
    return [_to_document(row) async for row in cursor]


async def count_documents(tx: Connection, collection_id: int, *, groups: Groups, search: str | None) -> int:
    cursor = await tx.execute(
        f"""
        SELECT count(*) FROM document d
        WHERE d.collection_id = %(collection)s AND {_VISIBLE}
          AND (%(pattern)s::text IS NULL OR d.uri ILIKE %(pattern)s OR d.title ILIKE %(pattern)s)
        """,
        _selection(collection_id, groups, search),
    )
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def find_document(tx: Connection, document_id: UUID, *, groups: Groups) -> DocumentText | None:
    cursor = await tx.execute(
        f"SELECT {_DOCUMENT}, d.text, d.page_starts FROM document d WHERE d.id = %(id)s AND {_VISIBLE}",
        {"id": document_id, "groups": _as_list(groups)},
    )
    row = await cursor.fetchone()
    return DocumentText(_to_document(row[:-2]), row[-2], tuple(row[-1])) if row else None


async def find_source_uri(
    tx: Connection, collection_id: int, document_id: UUID, *, groups: Groups
) -> str | None:
    """Return the uri of the source that a document was read from, if the document is there to be seen."""
    cursor = await tx.execute(
        f"""SELECT d.source_uri FROM document d
        WHERE d.id = %(id)s AND d.collection_id = %(collection)s AND {_VISIBLE}""",
        {"id": document_id, "collection": collection_id, "groups": _as_list(groups)},
    )
    row = await cursor.fetchone()
    return row[0] if row else None


async def count_chunks(tx: Connection, collection_id: int, document_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return how many passages of the active index each of the documents has."""
    cursor = await tx.execute(
        """
        SELECT k.document_id, count(*) FROM chunk k
        WHERE k.index_id = (SELECT id FROM index_version WHERE collection_id = %s AND state = 'active')
          AND k.document_id = ANY(%s)
        GROUP BY k.document_id
        """,
        (collection_id, list(document_ids)),
    )
    return {row[0]: row[1] async for row in cursor}


async def list_chunk_spans(tx: Connection, document_id: UUID, *, groups: Groups) -> list[tuple[int, int]]:
    """Return where each passage of a document stands in its text, in order."""
    cursor = await tx.execute(
        f"""
        SELECT k.start_offset, k.end_offset FROM document d
        JOIN index_version i ON i.collection_id = d.collection_id AND i.state = 'active'
        JOIN chunk k ON k.index_id = i.id AND k.document_id = d.id
        WHERE d.id = %(id)s AND {_VISIBLE} ORDER BY k.position
        """,
        {"id": document_id, "groups": _as_list(groups)},
    )
    return [(row[0], row[1]) async for row in cursor]


async def list_passages(
    tx: Connection, places: Sequence[PassagePlace], *, groups: Groups
) -> list[StoredPassage]:
    """Return the passages at these places; one that is not there, or not to be seen, is left out."""
    cursor = await tx.execute(
        f"""
        SELECT k.position, d.id, d.uri, d.title, d.metadata, k.text, k.heading_path, k.page, k.start_offset,
               k.end_offset, wanted.index_id
        FROM unnest(%(documents)s::uuid[], %(positions)s::integer[], %(indexes)s::bigint[])
            AS wanted (document_id, position, index_id)
        JOIN document d ON d.id = wanted.document_id
        JOIN index_version i ON i.collection_id = d.collection_id
            AND CASE WHEN wanted.index_id IS NULL THEN i.name = %(main)s ELSE i.id = wanted.index_id END
        JOIN chunk k ON k.index_id = i.id AND k.document_id = d.id AND k.position = wanted.position
        WHERE {_VISIBLE}
        """,
        {
            "documents": [place.document_id for place in places],
            "positions": [place.position for place in places],
            "indexes": [place.index_id for place in places],
            "main": MAIN_INDEX,
            "groups": _as_list(groups),
        },
    )
    return [_to_passage(row) async for row in cursor]


def _to_passage(row: tuple[Any, ...]) -> StoredPassage:
    place = PassagePlace(row[1], row[0], row[10])
    return StoredPassage(
        chunk_id=str(place), document=DocumentRef(id=row[1], uri=row[2], title=row[3], metadata=row[4]),
        text=row[5], heading_path=tuple(row[6]), page=row[7], start=row[8], end=row[9],
    )  # fmt: skip


def _selection(collection_id: int, groups: Groups, search: str | None) -> dict[str, Any]:
    escaped = (search or "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {
        "collection": collection_id,
        "groups": _as_list(groups),
        "pattern": f"%{escaped}%" if search else None,
    }


def _as_list(groups: Groups) -> list[str] | None:
    return None if groups is None else sorted(groups)


def _to_document(row: tuple[Any, ...]) -> Document:
    return Document(
        id=row[0],
        collection_id=row[1],
        uri=row[2],
        title=row[3],
        metadata=row[4],
        groups=None if row[5] is None else frozenset(row[5]),
        language=row[6],
        media_type=row[7],
        content_hash=bytes(row[8]),
        size_bytes=row[9],
        pages=row[10],
        created_at=row[11],
        updated_at=row[12],
    )
