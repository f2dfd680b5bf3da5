"""A database of a benchmark's own, filled through the same write path that ingestion uses."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from answerable.core.clock import SystemClock
from answerable.db.database import Database
from answerable.db.embedded import EmbeddedPostgres
from answerable.db.migrate import migrate
from answerable.db.postmaster import find_postmaster
from answerable.knowledge.index.search import SearchService
from answerable.knowledge.index.service import IndexService
from answerable.knowledge.types import Collection, EmbeddedDocument, Index, IndexSettings
from answerable.llm.types import Embedder

_INSERT = (
    "INSERT INTO document (id, collection_id, source_uri, uri, title, language, media_type, content_hash, size_bytes,"
    " text) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


@dataclass(frozen=True, slots=True)
class Store:
    """An open database with the services over it."""

    database: Database
    indexes: IndexService
    searches: SearchService
    embedder: Embedder
    server_pid: int
    """That of the database."""

    async def create(self, name: str) -> tuple[Collection, Index]:
        """Make an empty collection with its index."""
        async with self.database.transaction() as tx:
            cursor = await tx.execute(
                "INSERT INTO collection (name) VALUES (%s) RETURNING id, name, created_at", (name,)
            )
            row = await cursor.fetchone()
            assert row is not None
            collection = Collection(*row)
            index = await self.indexes.get_or_create_active(
                tx,
                collection.id,
                IndexSettings(embedder=self.embedder.name),
                dimensions=self.embedder.dimensions,
            )
        return collection, index

    async def write(self, index: Index, documents: Sequence[EmbeddedDocument]) -> None:
        """Write documents in one transaction."""
        rows = [
            (
                document.id, index.collection_id, document.parsed.uri, document.parsed.uri, document.parsed.title,
                document.parsed.language, document.parsed.media_type, document.content_hash, document.size_bytes,
                document.parsed.text,
            )
            for document in documents
        ]  # fmt: skip
        async with self.database.transaction() as tx:
            await tx.cursor().executemany(_INSERT, rows)
            await self.indexes.write(tx, index, documents)


@asynccontextmanager
async def open_store(embedder: Embedder) -> AsyncIterator[Store]:
    """Start a server in a temporary folder, migrate it, and remove all of it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="answerable-bench-"))
    server = EmbeddedPostgres(folder)
    conninfo = server.start()
    migrate(conninfo)
    database = Database(conninfo)
    await database.open()
    try:
        searches = SearchService(database, lambda _name: embedder, SystemClock())
        postmaster = find_postmaster(server.data)
        assert postmaster is not None
        yield Store(database, IndexService(database), searches, embedder, postmaster.pid)
    finally:
        await database.close()
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
