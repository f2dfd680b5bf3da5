"""Collections and documents, for readers and for those who look after them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from answerable.core.errors import Conflict, InvalidInput, NotFound
from answerable.db.changes import ChangeLog
from answerable.db.database import Connection, Database
from answerable.knowledge import store
from answerable.knowledge.index.service import IndexService
from answerable.knowledge.ingestion.store import forget_sources
from answerable.knowledge.ingestion.writer import delete_documents, lock_sources
from answerable.knowledge.missing import no_collection
from answerable.knowledge.types import (
    Collection,
    CollectionSummary,
    DocumentPage,
    DocumentText,
    Groups,
    PassagePlace,
    StoredPassage,
)

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_MAX_PAGE = 500
_CHUNK_ID = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([0-9]{1,9})(?:@([0-9]{1,18}))?")
"""A document, a position in it, and an index."""


class KnowledgeService:
    """Whatever takes `groups` shows a reader what these document groups may read, and nothing of the rest."""

    def __init__(self, database: Database, indexes: IndexService, *, audit: ChangeLog) -> None:
        self._database = database
        self._indexes = indexes
        self._audit = audit

    async def create_collection(self, name: str) -> Collection:
        """Raises InvalidInput for the name, Conflict when it is taken."""
        _check_name(name)
        async with self._database.transaction() as tx:
            created = await store.insert_collection(tx, name)
        if created is None:
            raise Conflict(f"There is a collection {name!r} already.", hint="Use it, or choose another name.")
        return created

    async def get_or_create_collection(self, name: str) -> Collection:
        """Raises InvalidInput for the name."""
        _check_name(name)
        async with self._database.transaction() as tx:
            await store.insert_collection(tx, name)
            return await _get_collection(tx, name)

    async def get_collection(self, name: str) -> Collection:
        """Raises NotFound."""
        async with self._database.transaction() as tx:
            return await _get_collection(tx, name)

    async def get_summary(self, name: str, *, groups: Groups = None) -> CollectionSummary:
        """Return the collection, counting what `groups` may read. Raises NotFound."""
        async with self._database.transaction() as tx:
            found = await store.list_collections(tx, groups=groups, name=name)
        if not found:
            raise no_collection(name)
        return found[0]

    async def list_collections(self, *, groups: Groups = None) -> list[CollectionSummary]:
        """Return all collections by name."""
        async with self._database.transaction() as tx:
            return await store.list_collections(tx, groups=groups)

    async def delete_collection(self, name: str, *, by: str) -> None:
        """Delete a collection with all that is in it; ingestions into it end. Raises NotFound."""
        async with self._database.transaction() as tx:
            collection = await _get_collection(tx, name)
            await self._indexes.drop_all(tx, collection.id)
            documents = await store.delete_collection(tx, collection.id)
            details = {"documents": documents}
            await self._audit.note(tx, actor=by, action="collection.delete", target=name, details=details)

    async def list_documents(
        self,
        collection: str,
        *,
        groups: Groups = None,
        search: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> DocumentPage:
        """Return documents by uri, `search` in their uri or title. `after` is the `next_after` of the page before.

        Raises NotFound for the collection.
        """
        limit = max(1, min(limit, _MAX_PAGE))
        async with self._database.transaction() as tx:
            chosen = (await _get_collection(tx, collection)).id
            found = await store.list_documents(
                tx, chosen, groups=groups, search=search, after=after, limit=limit + 1
            )
            total = await store.count_documents(tx, chosen, groups=groups, search=search)
        next_after = found[limit - 1].uri if len(found) > limit else None
        return DocumentPage(tuple(found[:limit]), total, next_after)

    async def get_document(self, document_id: UUID, *, groups: Groups = None) -> DocumentText:
        """Raises NotFound, also for a document that `groups` may not read."""
        async with self._database.transaction() as tx:
            found = await store.find_document(tx, document_id, groups=groups)
        if found is None:
            raise _no_document(document_id)
        return found

    async def count_chunks(self, collection: str, document_ids: Sequence[UUID]) -> dict[UUID, int]:
        """Return how many passages each of these documents has; one without any is left out. Raises NotFound."""
        async with self._database.transaction() as tx:
            return await store.count_chunks(tx, (await _get_collection(tx, collection)).id, document_ids)

    async def list_chunk_spans(self, document_id: UUID, *, groups: Groups = None) -> list[tuple[int, int]]:
        """Return where each passage stands in the document's text, in order: start and end, end exclusive."""
        async with self._database.transaction() as tx:
            return await store.list_chunk_spans(tx, document_id, groups=groups)

    async def list_passages(
        self, chunk_ids: Sequence[str], *, groups: Groups = None
    ) -> dict[str, StoredPassage]:
        """Return the passages that a trace names, by their ids; what is gone, or not to be seen, is left out."""
        places = [place for id in chunk_ids if (place := _find_place(id)) is not None]
        if not places:
            return {}
        async with self._database.transaction() as tx:
            found = await store.list_passages(tx, places, groups=groups)
        return {passage.chunk_id: passage for passage in found}

    async def delete_document(
        self, collection: str, document_id: UUID, *, by: str, groups: Groups = None
    ) -> None:
        """Delete a document; ingesting its source again brings it back. Raises NotFound."""
        async with self._database.transaction() as tx:
            chosen = (await _get_collection(tx, collection)).id
            source_uri = await store.find_source_uri(tx, chosen, document_id, groups=groups)
            if source_uri is None:
                raise _no_document(document_id)
            await lock_sources(tx, chosen, [source_uri])
            await delete_documents(tx, self._indexes, chosen, [document_id])
            await forget_sources(tx, chosen, [source_uri])
            details = {"document": document_id}
            await self._audit.note(tx, actor=by, action="document.delete", target=collection, details=details)


async def _get_collection(tx: Connection, name: str) -> Collection:
    found = await store.find_collection(tx, name)
    if found is None:
        raise no_collection(name)
    return found


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"{name!r} cannot be the name of a collection.",
            hint="Use up to 63 lower-case letters, digits, - and _; begin with a letter or digit.",
        )


def _no_document(document_id: UUID) -> NotFound:
    return NotFound(f"There is no document {document_id}.", hint="It may have been deleted or ingested anew.")


def _find_place(chunk_id: str) -> PassagePlace | None:
    """Return what the id of a passage names."""
    found = _CHUNK_ID.fullmatch(chunk_id)
    return PassagePlace(UUID(found[1]), int(found[2]), int(found[3]) if found[3] else None) if found else None
