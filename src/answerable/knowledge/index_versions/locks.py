"""Which index is active does not change while a document is written or an ingestion begins."""

from __future__ import annotations

from typing import Final, LiteralString

from answerable.db.database import Connection

ACTIVATING: Final[LiteralString] = "hashtextextended('the active index', %(id)s)"
"""The key of the advisory lock of the collection `id`: shared by writers, held alone to make an index active."""


async def hold_active(tx: Connection, collection_id: int) -> None:
    """Keep the active index of a collection what it is until the transaction ends."""
    await tx.execute(f"SELECT pg_advisory_xact_lock_shared({ACTIVATING})", {"id": collection_id})


async def lock_active(tx: Connection, collection_id: int) -> None:
    """Wait until nobody writes to the collection, and keep writers out until the transaction ends."""
    await tx.execute(f"SELECT pg_advisory_xact_lock({ACTIVATING})", {"id": collection_id})
