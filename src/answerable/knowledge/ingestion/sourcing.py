"""From an item of a run to a local file: uploads come out of the database, pages from the web."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from answerable.knowledge.ingestion.reading import hash_source
from answerable.knowledge.ingestion.types import Item, KnownSource
from answerable.knowledge.ingestion.uploads import UploadFiles, clean_filename
from answerable.knowledge.sources.types import FetchedPage, SourceItem

Fetch = Callable[[str], Awaitable[FetchedPage]]
"""Fetch a page. Raises InvalidInput."""


class SourceFiles:
    """Gives every item a path, for as long as it is read."""

    def __init__(self, uploads: UploadFiles, fetch: Fetch) -> None:
        self._uploads = uploads
        self._fetch = fetch

    @asynccontextmanager
    async def open(self, item: Item) -> AsyncIterator[SourceItem]:
        """Give the item with the path of its bytes. Raises what fetching and unpacking raise."""
        source = item.source
        if source.url is not None:
            async with self._open_page(item, source.url) as page:
                yield page
        elif source.upload is not None:
            path = await self._uploads.open(source.upload)
            try:
                yield SourceItem(item.uri, path, source.media_type, item.size_bytes, source.member)
            finally:
                await self._uploads.close(source.upload)
        else:
            yield SourceItem(item.uri, source.path, source.media_type, item.size_bytes, source.member)

    @asynccontextmanager
    async def _open_page(self, item: Item, url: str) -> AsyncIterator[SourceItem]:
        page = await self._fetch(url)
        folder = await asyncio.to_thread(tempfile.mkdtemp, prefix="answerable-page-")
        try:
            path = Path(folder) / clean_filename(urlsplit(page.url).path)
            await asyncio.to_thread(path.write_bytes, page.content)
            yield SourceItem(item.uri, str(path), page.media_type, len(page.content))
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def find_unchanged(
    sources: Sequence[SourceItem], known: Mapping[str, KnownSource], *, index_id: int, labels_hash: bytes
) -> dict[str, int]:
    """Return uri and number of documents of the sources that the index holds as they are, by their bytes."""
    candidates = [
        (source, record)
        for source in sources
        if (record := known.get(source.uri)) is not None
        and record.index_id == index_id
        and record.labels_hash == labels_hash
    ]
    return await asyncio.to_thread(_compare, candidates) if candidates else {}


def _compare(candidates: Sequence[tuple[SourceItem, KnownSource]]) -> dict[str, int]:
    unchanged = {}
    for source, known in candidates:
        try:
            if hash_source(source) == known.raw_hash:
                unchanged[source.uri] = known.documents
        except Exception:  # noqa: S112 - a zip file raises anything; reading it again will say what is wrong
            continue
    return unchanged
