"""The job that ends a run: remove what is gone from its folders, and put the index in order."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from urllib.parse import unquote_to_bytes
from uuid import UUID

from answerable.db.database import Database
from answerable.knowledge.index.service import IndexService
from answerable.knowledge.ingestion import store
from answerable.knowledge.ingestion.types import Run
from answerable.knowledge.ingestion.writer import delete_documents, lock_sources
from answerable.knowledge.sources.uris import file_uri

_PAGE = 200


class RunFinisher:
    """Ends runs; may be repeated."""

    def __init__(self, database: Database, indexes: IndexService) -> None:
        self._database = database
        self._indexes = indexes

    async def finish(self, run: Run) -> None:
        """Prune and tidy up. Nothing is done twice that would matter."""
        async with self._database.transaction() as tx:
            index = await self._indexes.get(tx, run.index_id or 0)
        removed = await self._prune(run) if run.settings.prune else 0
        async with self._database.transaction() as tx:
            progress = await store.get_progress(tx, run.id)
        written = progress.chunks if progress else 0
        if written or removed:
            await self._indexes.tidy(index.id, written=written)

    async def _prune(self, run: Run) -> int:
        """Delete the documents whose sources are gone from the folders and archives of the run."""
        removed = 0
        for path in run.settings.paths:
            gone = await self._list_gone(run, file_uri(path))
            if run.settings.include or run.settings.exclude:
                # Not found may then mean not asked for: only what is really away goes.
                gone = await asyncio.to_thread(_keep_missing, gone)
            for start in range(0, len(gone), _PAGE):
                removed += await self._remove(run, gone[start : start + _PAGE])
        return removed

    async def _list_gone(self, run: Run, root: str) -> list[str]:
        """Return the sources below a root that the run has not seen, but for what lies below a problem."""
        async with self._database.transaction() as tx:
            cursor = await tx.execute(
                """
                WITH problem AS (SELECT uri FROM ingestion_item WHERE run_id = %(run)s AND source IS NULL)
                SELECT DISTINCT d.source_uri FROM document d
                WHERE d.collection_id = %(collection)s
                  AND (starts_with(d.source_uri, %(root)s || '/') OR starts_with(d.source_uri, %(root)s || '!/'))
                  AND NOT EXISTS (
                      SELECT FROM ingestion_item i WHERE i.run_id = %(run)s AND i.uri = d.source_uri)
                  AND NOT EXISTS (
                      SELECT FROM problem p WHERE starts_with(d.source_uri, p.uri || '/')
                          OR starts_with(d.source_uri, p.uri || '!/'))
                ORDER BY d.source_uri
                """,
                {"run": run.id, "collection": run.collection_id, "root": root.rstrip("/")},
            )
            return [row[0] async for row in cursor]

    async def _remove(self, run: Run, sources: Sequence[str]) -> int:
        async with self._database.transaction() as tx:
            await lock_sources(tx, run.collection_id, sources)
            cursor = await tx.execute(
                "SELECT id FROM document WHERE collection_id = %s AND source_uri = ANY(%s)",
                (run.collection_id, list(sources)),
            )
            ids: list[UUID] = [row[0] async for row in cursor]
            removed = await delete_documents(tx, self._indexes, run.collection_id, ids)
            await store.forget_sources(tx, run.collection_id, sources)
            await store.add_removed(tx, run.id, removed)
            return removed


def _keep_missing(uris: Sequence[str]) -> list[str]:
    return [uri for uri in uris if not os.path.lexists(_to_path(uri))]


def _to_path(uri: str) -> bytes:
    """Return the path of a file's uri, or of the archive of a member's."""
    return unquote_to_bytes(uri.removeprefix("file://").partition("!/")[0])
