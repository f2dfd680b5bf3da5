"""A small library: documents of one paragraph a chunk, written as ingestion writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from psycopg.types.json import Jsonb

from answerable.core.clock import SystemClock
from answerable.core.ids import new_id
from answerable.db.database import Connection, Database
from answerable.knowledge.index.passages import PassageCache
from answerable.knowledge.index.rerank import find_no_reranker
from answerable.knowledge.index.search import SearchService
from answerable.knowledge.index.service import IndexService
from answerable.knowledge.index.vectors import VectorCache
from answerable.knowledge.types import (
    Chunk,
    Collection,
    EmbeddedDocument,
    Groups,
    Hit,
    Index,
    IndexSettings,
    ParsedDocument,
    RetrievalSettings,
)
from answerable.llm.types import Reranker
from tests.fakes.embedder import HashingEmbedder


@dataclass(frozen=True, slots=True)
class Text:
    """A document to be written; each paragraph becomes a chunk."""

    uri: str
    text: str
    title: str = ""
    language: str = "en"
    metadata: Mapping[str, Any] = field(default_factory=dict)
    groups: frozenset[str] | None = None


class Library:
    """One collection with its index, and the services over it."""

    def __init__(
        self, database: Database, embedder: HashingEmbedder, collection: Collection, index: Index
    ) -> None:
        self.database = database
        self.embedder = embedder
        self.collection = collection
        self.index = index
        self.indexes = IndexService(database)
        self.searches = self.make_search()

    def make_search(
        self,
        *,
        reranker: Reranker | None = None,
        passages: PassageCache | None = None,
        vectors: VectorCache | None = None,
        database: Database | None = None,
    ) -> SearchService:
        """Return a search service with caches of its own, as another process has."""

        async def give(name: str) -> Reranker:
            return await find_no_reranker(name) if reranker is None else reranker

        return SearchService(
            database or self.database,
            lambda name: self.embedder,
            SystemClock(),
            rerankers=give,
            passages=passages,
            vectors=vectors,
        )

    async def write(self, *texts: Text) -> None:
        """Write documents in one transaction; one with a known uri is replaced."""
        async with self.database.transaction() as tx:
            await self.write_in(tx, *texts)

    async def write_in(self, tx: Connection, *texts: Text) -> None:
        documents = [self._embed(text, await self._save(tx, text)) for text in texts]
        await self.indexes.write(tx, self.index, documents)

    async def remove(self, *uris: str) -> None:
        async with self.database.transaction() as tx:
            cursor = await tx.execute("DELETE FROM document WHERE uri = ANY(%s) RETURNING id", (list(uris),))
            await self.indexes.remove(tx, self.index.collection_id, [row[0] async for row in cursor])

    async def search(
        self,
        query: str,
        *,
        groups: Groups = None,
        filter: Mapping[str, Any] | None = None,
        searches: SearchService | None = None,
        **settings: Any,
    ) -> Sequence[Hit]:
        result = await (searches or self.searches).search(
            query,
            collection=self.collection,
            groups=groups,
            filter=filter,
            settings=RetrievalSettings(**settings),
        )
        return result.hits

    async def find_uris(self, query: str, **options: Any) -> list[str]:
        return [hit.document.uri for hit in await self.search(query, **options)]

    async def _save(self, tx: Connection, text: Text) -> UUID:
        cursor = await tx.execute(
            "INSERT INTO document (id, source_uri, collection_id, uri, title, metadata, groups, language, media_type,"
            " content_hash, size_bytes, text) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'text/plain', '', 0, %s)"
            " ON CONFLICT (collection_id, uri) DO UPDATE SET text = excluded.text, groups = excluded.groups"
            " RETURNING id",
            (
                new_id(), text.uri, self.collection.id, text.uri, text.title, Jsonb(dict(text.metadata)),
                None if text.groups is None else sorted(text.groups), text.language, text.text,
            ),
        )  # fmt: skip
        row = await cursor.fetchone()
        assert row is not None
        document_id: UUID = row[0]
        return document_id

    def _embed(self, text: Text, document_id: UUID) -> EmbeddedDocument:
        parsed = ParsedDocument(
            text.uri, text.title, text.text, text.language, "text/plain", text.metadata, text.groups
        )
        chunks, start = [], 0
        for paragraph in text.text.split("\n\n"):
            chunks.append(Chunk(paragraph, text.title, (), None, start, start + len(paragraph), 1))
            start += len(paragraph) + 2
        vectors = np.array([self.embedder.embed(chunk.text) for chunk in chunks], dtype=np.float16)
        return EmbeddedDocument(document_id, parsed, b"", 0, tuple(chunks), vectors)


async def open_library(database: Database, name: str, *, languages: frozenset[str] | None = None) -> Library:
    """Make a collection with an active index."""
    embedder = HashingEmbedder(languages=languages)
    async with database.transaction() as tx:
        cursor = await tx.execute(
            "INSERT INTO collection (name) VALUES (%s) RETURNING id, name, created_at", (name,)
        )
        row = await cursor.fetchone()
        assert row is not None
        collection = Collection(*row)
        index = await IndexService(database).get_or_create_active(
            tx, collection.id, IndexSettings(embedder=embedder.name), dimensions=embedder.dimensions
        )
    return Library(database, embedder, collection, index)


@pytest.fixture
async def library(database: Database) -> Library:
    return await open_library(database, "library", languages=frozenset({"en"}))
