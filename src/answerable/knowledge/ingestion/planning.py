"""The job that begins a run: find the sources, leave out what has not changed, share the rest out in batches."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from answerable.db.database import Connection, Database
from answerable.knowledge.ingestion import items, store
from answerable.knowledge.ingestion.sourcing import find_unchanged
from answerable.knowledge.ingestion.types import ItemSource, Problem, Run
from answerable.knowledge.ingestion.uploads import UploadFiles
from answerable.knowledge.sources.discover import discover
from answerable.knowledge.sources.types import SourceItem, SourceLimits, SourceProblem

_PAGE = 500
_BATCH_ITEMS = 16
_BATCH_BYTES = 2 << 20

Found = SourceItem | SourceProblem


class RunPlanner:
    """Plans runs. `plan` may be repeated: what was found before stays as it is."""

    def __init__(self, database: Database, uploads: UploadFiles, *, limits: SourceLimits) -> None:
        self._database = database
        self._uploads = uploads
        self._limits = limits

    async def plan(self, run: Run) -> None:
        """Fill a run with its items, and end those that have not changed."""
        settings = run.settings
        await self._add_pages(run)
        if settings.paths:
            await self._add_files(run, settings.paths)
        if settings.upload is not None:
            path = await self._uploads.open(settings.upload)
            try:
                await self._add_files(run, [path])
            finally:
                await self._uploads.close(settings.upload)

    async def _add_pages(self, run: Run) -> None:
        rows = [(url, ItemSource(url=url), 0) for url in dict.fromkeys(run.settings.urls)]
        async with self._database.transaction() as tx:
            await items.insert_items(tx, run.id, rows)

    async def _add_files(self, run: Run, paths: Sequence[str]) -> None:
        found = discover(
            paths, include=run.settings.include, exclude=run.settings.exclude, limits=self._limits
        )
        while page := await asyncio.to_thread(_take, found, _PAGE):
            await self._add_page_of_files(run, page)

    async def _add_page_of_files(self, run: Run, page: list[Found]) -> None:
        named = [(_name(run, one.uri), one) for one in page]
        problems = [
            Problem(uri, one.reason, one.hint) for uri, one in named if isinstance(one, SourceProblem)
        ]
        files = [replace(one, uri=uri) for uri, one in named if isinstance(one, SourceItem)]
        rows = [(one.uri, _to_source(run, one), one.size_bytes) for one in files]
        async with self._database.transaction() as tx:
            await items.insert_problems(tx, run.id, problems)
            await items.insert_items(tx, run.id, rows)
            known = await store.list_known_sources(tx, run.collection_id, [one.uri for one in files])
        unchanged = await find_unchanged(
            files, known, index_id=run.index_id or 0, labels_hash=run.settings.labels.digest()
        )
        if unchanged:
            async with self._database.transaction() as tx:
                await items.set_unchanged(tx, run.id, unchanged)


async def make_batches(tx: Connection, run: Run) -> list[list[int]]:
    """Return the ids of what is left to read, in batches: the largest first, so that all processes end together."""
    batches: list[list[int]] = []
    room = 0
    for item_id, size in await items.list_pending_sizes(tx, run.id):
        if not batches or room < size or len(batches[-1]) == _BATCH_ITEMS:
            batches.append([])
            room = _BATCH_BYTES
        batches[-1].append(item_id)
        room -= size
    return batches


def _name(run: Run, uri: str) -> str:
    """Return the lasting uri of something found: an upload is not named after where its copy happens to lie."""
    if run.settings.upload is None or not uri.startswith("file://"):
        return uri
    archive, mark, member = uri.partition("!/")
    return "upload:" + archive.rpartition("/")[2] + mark + member


def _to_source(run: Run, found: SourceItem) -> ItemSource:
    upload = run.settings.upload
    path = found.path if upload is None else None
    return ItemSource(path=path, member=found.member, media_type=found.media_type, upload=upload)


def _take(found: Iterator[Found], count: int) -> list[Found]:
    return list(islice(found, count))
