"""Writing what was read, in short transactions: documents, their index, what is known of their source, the counts.

A source is locked by its uri, always before the index, and several in the order of their locks: two runs over the
same collection wait for each other and can neither block for ever nor write a document twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from answerable.core.ids import new_id
from answerable.db.database import Connection, Database
from answerable.knowledge.index.service import IndexService
from answerable.knowledge.index_versions.locks import ACTIVATING
from answerable.knowledge.ingestion import items, store
from answerable.knowledge.ingestion.messages import KnownDocument
from answerable.knowledge.ingestion.types import KnownSource
from answerable.knowledge.types import EmbeddedDocument, Index


@dataclass(slots=True)
class Part:
    """What was read of one source since the last write. `final` closes the source; `seen` are then all its uris.

    `embedded` counts the chunks that an embedder was asked for. `outdated` says that a document taken for known was
    deleted meanwhile: the source is then read again the next time. `relabelled` says that a known one got new labels.
    """

    item_id: int
    source_uri: str
    documents: list[EmbeddedDocument] = field(default_factory=list)
    known: list[KnownDocument] = field(default_factory=list)
    embedded: int = 0
    final: KnownSource | None = None
    seen: Sequence[str] = ()
    outdated: bool = False
    relabelled: bool = False


class DocumentWriter:
    def __init__(self, database: Database, indexes: IndexService) -> None:
        self._database = database
        self._indexes = indexes

    async def write(self, index: Index, parts: Sequence[Part]) -> None:
        """Write parts in one transaction, whole documents each; at most one part of an item."""
        finals = [part for part in parts if part.final is not None]
        async with self._database.transaction() as tx:
            await lock_sources(tx, index.collection_id, [part.source_uri for part in parts])
            fresh = [await self._save_part(tx, index, part) for part in parts]
            removed = await self._remove_unseen(tx, index, finals)
            known = [part.final for part in finals if part.final is not None and not part.outdated]
            await store.save_known_sources(tx, index.collection_id, known)
            counts = [_count(part, len(new), removed) for part, new in zip(parts, fresh, strict=True)]
            await items.add_counts(tx, counts)
            if documents := [document for new in fresh for document in new]:
                await self._indexes.outdate(tx, index, [document.id for document in documents])
                await self._indexes.write(tx, index, documents)
            if any(part.relabelled for part in parts):
                await self._indexes.note_change(tx, index)

    async def _save_part(self, tx: Connection, index: Index, part: Part) -> list[EmbeddedDocument]:
        """Save the rows of documents; return those that are to be indexed, with the ids that they have."""
        uris = [document.parsed.uri for document in part.documents]
        held = await _find_held(tx, index, uris + [known.uri for known in part.known])
        part.outdated = any(known.uri not in held for known in part.known)
        fresh = []
        known = list(part.known)
        for document in part.documents:
            parsed = document.parsed
            if held.get(parsed.uri) == (document.content_hash, parsed.language):
                known.append(KnownDocument(parsed.uri, parsed.metadata, parsed.groups))
            else:
                fresh.append(await _save_document(tx, index, part.source_uri, document))
        for unchanged in known:
            part.relabelled |= await _relabel(tx, index.collection_id, unchanged)
        return fresh

    async def _remove_unseen(self, tx: Connection, index: Index, finals: Sequence[Part]) -> Counter[str]:
        """Delete what sources no longer hold; return how many documents of each."""
        if not finals:
            return Counter()
        cursor = await tx.execute(
            """SELECT id, source_uri FROM document WHERE collection_id = %s AND source_uri = ANY(%s)
            AND uri NOT IN (SELECT unnest(%s::text[]))""",
            (
                index.collection_id,
                [part.source_uri for part in finals],
                [uri for part in finals for uri in part.seen],
            ),
        )
        gone = await cursor.fetchall()
        await delete_documents(tx, self._indexes, index.collection_id, [row[0] for row in gone])
        return Counter(row[1] for row in gone)


def _count(part: Part, documents: int, removed: Counter[str]) -> items.ItemCounts:
    return items.ItemCounts(
        item_id=part.item_id,
        documents=documents,
        unchanged=len(part.known) + len(part.documents) - documents,
        removed=removed[part.source_uri] if part.final is not None else 0,
        chunks=part.embedded,
        finished=part.final is not None,
    )


async def lock_sources(tx: Connection, collection_id: int, uris: Sequence[str]) -> None:
    """Keep others from writing these sources, and from making another index active, until the transaction ends."""
    await tx.execute(
        f"""SELECT pg_advisory_xact_lock_shared({ACTIVATING}) UNION ALL
        SELECT pg_advisory_xact_lock(key) FROM (
            SELECT DISTINCT hashtextextended(uri, %(id)s) AS key FROM unnest(%(uris)s::text[]) AS uri ORDER BY key
        ) AS ordered""",
        {"id": collection_id, "uris": list(uris)},
    )


async def delete_documents(
    tx: Connection, indexes: IndexService, collection_id: int, document_ids: Sequence[UUID]
) -> int:
    """Delete documents with their chunks; return how many there were."""
    if not document_ids:
        return 0
    await indexes.remove(tx, collection_id, document_ids)
    cursor = await tx.execute("DELETE FROM document WHERE id = ANY(%s)", (list(document_ids),))
    return cursor.rowcount


async def _find_held(tx: Connection, index: Index, uris: Sequence[str]) -> dict[str, tuple[bytes, str]]:
    """Return content hash and language of the documents that the index holds: another run may have been quicker."""
    if not uris:
        return {}
    cursor = await tx.execute(
        "SELECT uri, content_hash, language FROM document"
        " WHERE collection_id = %s AND uri = ANY(%s) AND index_id = %s",
        (index.collection_id, list(uris), index.id),
    )
    return {uri: (bytes(content_hash), language) async for uri, content_hash, language in cursor}


async def _save_document(
    tx: Connection, index: Index, source_uri: str, document: EmbeddedDocument
) -> EmbeddedDocument:
    """Insert or replace the row; a document keeps its id for as long as its uri is there."""
    cursor = await tx.execute(
        """
        INSERT INTO document (id, collection_id, uri, source_uri, title, metadata, groups, language, media_type,
                              content_hash, size_bytes, pages, page_starts, text, index_id)
        VALUES (%(id)s, %(collection)s, %(uri)s, %(source)s, %(title)s, %(metadata)s, %(groups)s, %(language)s,
                %(media_type)s, %(hash)s, %(size)s, %(pages)s, %(page_starts)s, %(text)s, %(index)s)
        ON CONFLICT (collection_id, uri) DO UPDATE
        SET source_uri = excluded.source_uri, title = excluded.title, metadata = excluded.metadata,
            groups = excluded.groups, language = excluded.language, media_type = excluded.media_type,
            content_hash = excluded.content_hash, size_bytes = excluded.size_bytes, pages = excluded.pages,
            page_starts = excluded.page_starts, text = excluded.text, index_id = excluded.index_id,
            updated_at = now()
        RETURNING id
        """,
        {"collection": index.collection_id, "index": index.id, "source": source_uri, **_columns(document)},
    )
    row = await cursor.fetchone()
    assert row is not None
    return EmbeddedDocument(
        id=row[0],
        parsed=document.parsed,
        content_hash=document.content_hash,
        size_bytes=document.size_bytes,
        chunks=document.chunks,
        vectors=document.vectors,
    )


def _columns(document: EmbeddedDocument) -> dict[str, Any]:
    parsed = document.parsed
    return {
        "id": new_id(),
        "uri": parsed.uri,
        "title": parsed.title,
        "metadata": Jsonb(dict(parsed.metadata)),
        "groups": None if parsed.groups is None else sorted(parsed.groups),
        "language": parsed.language,
        "media_type": parsed.media_type,
        "hash": document.content_hash,
        "size": document.size_bytes,
        "pages": len(parsed.page_starts) or None,
        "page_starts": list(parsed.page_starts),
        "text": parsed.text,
    }


async def _relabel(tx: Connection, collection_id: int, known: KnownDocument) -> bool:
    """Give an unchanged document its new labels; say whether they were new."""
    groups = None if known.groups is None else sorted(known.groups)
    metadata = Jsonb(dict(known.metadata))
    cursor = await tx.execute(
        """UPDATE document SET metadata = %s, groups = %s, updated_at = now()
        WHERE collection_id = %s AND uri = %s AND (metadata, groups) IS DISTINCT FROM (%s, %s::text[])""",
        (metadata, groups, collection_id, known.uri, metadata, groups),
    )
    return cursor.rowcount > 0
