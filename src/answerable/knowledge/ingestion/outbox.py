"""What a batch has read and not yet written. One failing source never takes others with it."""

from __future__ import annotations

import asyncio
import logging

import psycopg

from answerable.core.errors import AnswerableError, ServiceError
from answerable.db.database import Database
from answerable.knowledge.ingestion import items
from answerable.knowledge.ingestion.writer import DocumentWriter, Part
from answerable.knowledge.types import Index

logger = logging.getLogger(__name__)

_FLUSH_CHUNKS = 256
_FLUSH_CHARACTERS = 4_000_000


class Outbox:
    """Collects the parts of one batch and writes them when there are enough of them."""

    def __init__(self, database: Database, writer: DocumentWriter, index: Index) -> None:
        self._database = database
        self._writer = writer
        self._index = index
        self._parts: list[Part] = []
        self._failed: set[int] = set()
        self._writing = asyncio.Lock()

    async def add(self, part: Part) -> None:
        """Take a part; returns when it may be written later, or has been written with others."""
        self._parts.append(part)
        documents = [document for part in self._parts for document in part.documents]
        chunks = sum(len(document.chunks) for document in documents)
        characters = sum(len(document.parsed.text) for document in documents)
        if chunks >= _FLUSH_CHUNKS or characters >= _FLUSH_CHARACTERS:
            await self.flush()

    async def flush(self) -> None:
        """Write all that is there. Raises Unavailable when the database is away."""
        async with self._writing:
            parts = [part for part in self._parts if part.item_id not in self._failed]
            self._parts = []
            if not parts or await self._try_write(parts):
                return
            for part in parts:
                await self._write_alone(part)

    async def fail(self, item_id: int, *, reason: str, hint: str) -> None:
        """Give an item up: what was not yet written of it will not be."""
        self._failed.add(item_id)
        async with self._database.transaction() as tx:
            await items.set_failed(tx, item_id, reason=_clean(reason), hint=_clean(hint))

    async def _try_write(self, parts: list[Part]) -> bool:
        """Return whether they were written; not, when one of several cannot be."""
        if len(parts) == 1:
            return False
        try:
            await self._writer.write(self._index, parts)
        except (psycopg.Error, AnswerableError, ValueError) as error:
            if isinstance(error, ServiceError):
                raise
            return False
        return True

    async def _write_alone(self, part: Part) -> None:
        if part.item_id in self._failed:
            return
        try:
            await self._writer.write(self._index, [part])
        except (psycopg.Error, AnswerableError, ValueError) as error:
            if isinstance(error, ServiceError):
                raise
            logger.warning("%s could not be stored", part.source_uri, exc_info=error)
            await self.fail(
                part.item_id, reason=f"It could not be stored: {error}.", hint="Check its content."
            )


def _clean(text: str) -> str:
    """PostgreSQL stores neither NUL nor lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
