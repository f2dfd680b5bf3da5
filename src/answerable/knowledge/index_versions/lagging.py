"""The documents that an index lacks, read back from what is stored of them; and the job that is to add them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from answerable.db.database import Connection
from answerable.jobs.queue import JobQueue
from answerable.knowledge.index.lag import list_behind
from answerable.knowledge.types import ParsedDocument

FOLLOW: Final = "knowledge.follow"
"""The job that brings an index up to date with the documents of its collection."""
QUEUE: Final = "ingestion"

_BATCH_DOCUMENTS = 64
_BATCH_BYTES = 2 << 20
"""Of the sources; one document may be larger than that."""


@dataclass(frozen=True, slots=True)
class LaggingDocument:
    """A document as it is stored. While its hash and language stay, its text and title do."""

    id: UUID
    source_uri: str
    parsed: ParsedDocument
    content_hash: bytes
    size_bytes: int

    @property
    def state(self) -> tuple[bytes, str]:
        return self.content_hash, self.parsed.language


async def defer_follow(tx: Connection, jobs: JobQueue, index_ids: Sequence[int]) -> None:
    """Have these indexes brought up to date, once the transaction is committed."""
    await jobs.defer_many(tx, FOLLOW, [{"index_id": index_id} for index_id in index_ids], queue=QUEUE)


async def defer_behind(tx: Connection, jobs: JobQueue, collection_id: int) -> None:
    """Have every index of a collection brought up to date that is behind."""
    await defer_follow(tx, jobs, await list_behind(tx, collection_id))


async def read_batch(tx: Connection, index_id: int) -> list[LaggingDocument]:
    """Return some of the documents that an index lacks, in the order of their ids; empty when it lacks none."""
    cursor = await tx.execute(
        """
        WITH next AS (
            SELECT d.id, sum(d.size_bytes) OVER (ORDER BY l.document_id) - d.size_bytes AS bytes_before
            FROM index_lag l JOIN document d ON d.id = l.document_id
            WHERE l.index_id = %s ORDER BY l.document_id LIMIT %s
        )
        SELECT d.id, d.source_uri, d.content_hash, d.size_bytes, d.uri, d.title, d.text, d.language, d.media_type,
               d.page_starts
        FROM next n JOIN document d ON d.id = n.id WHERE n.bytes_before < %s ORDER BY d.id
        """,
        (index_id, _BATCH_DOCUMENTS, _BATCH_BYTES),
    )
    return [_to_document(row) async for row in cursor]


async def list_states(
    tx: Connection, index_id: int, document_ids: Sequence[UUID]
) -> dict[UUID, tuple[bytes, str]]:
    """Return content hash and language of those documents that the index lacks still."""
    cursor = await tx.execute(
        """SELECT d.id, d.content_hash, d.language FROM index_lag l JOIN document d ON d.id = l.document_id
        WHERE l.index_id = %s AND l.document_id = ANY(%s)""",
        (index_id, list(document_ids)),
    )
    return {row[0]: (bytes(row[1]), row[2]) async for row in cursor}


def _to_document(row: tuple[Any, ...]) -> LaggingDocument:
    parsed = ParsedDocument(
        uri=row[4], title=row[5], text=row[6], language=row[7], media_type=row[8], page_starts=tuple(row[9])
    )
    return LaggingDocument(row[0], row[1], parsed, bytes(row[2]), row[3])
