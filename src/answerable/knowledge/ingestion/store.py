"""The SQL of runs and of what is known of each source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from answerable.db.database import Connection
from answerable.knowledge.ingestion.types import KnownSource, Progress, Run, RunSettings, RunState

_RUN: LiteralString = (
    "id, collection_id, index_id, state, settings, planned, error, created_at, started_at, finished_at"
)


async def insert_run(
    tx: Connection, run_id: UUID, collection_id: int, settings: RunSettings, *, index_id: int
) -> Run:
    cursor = await tx.execute(
        f"""INSERT INTO ingestion_run (id, collection_id, index_id, state, settings)
        VALUES (%s, %s, %s, 'queued', %s) RETURNING {_RUN}""",
        (run_id, collection_id, index_id, Jsonb(settings.to_json())),
    )
    row = await cursor.fetchone()
    assert row is not None
    return _to_run(row)


async def find_run(tx: Connection, run_id: UUID, *, lock: bool = False) -> Run | None:
    sql: LiteralString = f"SELECT {_RUN} FROM ingestion_run WHERE id = %s"
    cursor = await tx.execute(sql + " FOR UPDATE" if lock else sql, (run_id,))
    row = await cursor.fetchone()
    return _to_run(row) if row else None


async def list_runs(tx: Connection, collection_id: int | None, *, limit: int) -> list[Run]:
    """Return runs, the newest first."""
    cursor = await tx.execute(
        f"""SELECT {_RUN} FROM ingestion_run WHERE %(id)s::bigint IS NULL OR collection_id = %(id)s
        ORDER BY created_at DESC LIMIT %(limit)s""",
        {"id": collection_id, "limit": limit},
    )
    return [_to_run(row) async for row in cursor]


async def is_ingesting(tx: Connection, collection: str) -> bool:
    """Return whether a run into the collection has begun, or waits, and has not ended."""
    cursor = await tx.execute(
        """SELECT EXISTS (SELECT FROM ingestion_run JOIN collection ON collection.id = collection_id
        WHERE collection.name = %s AND state IN ('queued', 'running', 'finishing'))""",
        (collection,),
    )
    row = await cursor.fetchone()
    return row is not None and bool(row[0])


async def set_state(
    tx: Connection, run_id: UUID, state: RunState, *, of: Iterable[RunState], error: str | None = None
) -> bool:
    """Move a run into `state` if it is in one of the states `of`, and tell whether it was."""
    cursor = await tx.execute(
        """
        UPDATE ingestion_run
        SET state = %(state)s, error = coalesce(%(error)s, error),
            started_at = CASE WHEN %(state)s = 'running' THEN coalesce(started_at, now()) ELSE started_at END,
            finished_at = CASE WHEN %(state)s IN ('done', 'failed', 'cancelled') THEN now() END
        WHERE id = %(id)s AND state = ANY(%(of)s)
        """,
        {"id": run_id, "state": state, "of": list(of), "error": error},
    )
    return cursor.rowcount == 1


async def set_planned(tx: Connection, run_id: UUID) -> None:
    await tx.execute("UPDATE ingestion_run SET planned = true WHERE id = %s", (run_id,))


async def delete_old_runs(tx: Connection, collection_id: int, *, keep: int) -> None:
    """Forget the history of a collection but for its newest runs."""
    await tx.execute(
        """DELETE FROM ingestion_run WHERE id IN (
            SELECT id FROM ingestion_run WHERE collection_id = %s AND state IN ('done', 'failed', 'cancelled')
            ORDER BY created_at DESC OFFSET %s)""",
        (collection_id, keep),
    )


async def add_removed(tx: Connection, run_id: UUID, removed: int) -> None:
    await tx.execute("UPDATE ingestion_run SET removed = removed + %s WHERE id = %s", (removed, run_id))


async def get_progress(tx: Connection, run_id: UUID) -> Progress | None:
    cursor = await tx.execute(
        """
        SELECT r.state, r.error, r.removed + i.removed, i.documents, i.unchanged, i.failed, i.pending, i.chunks,
               extract(epoch FROM coalesce(r.finished_at, now()) - coalesce(r.started_at, now()))::float8,
               i.bytes_done, i.bytes_pending
        FROM ingestion_run r, LATERAL (
            SELECT coalesce(sum(documents), 0)::bigint AS documents, coalesce(sum(unchanged), 0)::bigint AS unchanged,
                   coalesce(sum(removed), 0)::bigint AS removed, coalesce(sum(chunks), 0)::bigint AS chunks,
                   count(*) FILTER (WHERE state = 'failed') AS failed,
                   count(*) FILTER (WHERE state = 'pending' AND documents + unchanged = 0) AS pending,
                   coalesce(sum(size_bytes) FILTER (WHERE state IN ('done', 'failed')), 0)::bigint AS bytes_done,
                   coalesce(sum(size_bytes) FILTER (WHERE state = 'pending'), 0)::bigint AS bytes_pending
            FROM ingestion_item WHERE run_id = r.id
        ) i WHERE r.id = %s
        """,
        (run_id,),
    )
    row = await cursor.fetchone()
    return None if row is None else _to_progress(run_id, row)


async def list_known_sources(
    tx: Connection, collection_id: int, uris: Sequence[str]
) -> dict[str, KnownSource]:
    cursor = await tx.execute(
        """SELECT uri, raw_hash, index_id, labels_hash, documents FROM ingestion_source
        WHERE collection_id = %s AND uri = ANY(%s)""",
        (collection_id, list(uris)),
    )
    return {row[0]: KnownSource(*row) async for row in cursor}


async def list_known_documents(
    tx: Connection, collection_id: int, source_uris: Sequence[str], *, index_id: int
) -> dict[str, dict[bytes, str]]:
    """Return by source the content hashes of its documents that the index holds, with the language of each."""
    cursor = await tx.execute(
        """SELECT source_uri, content_hash, language FROM document
        WHERE collection_id = %s AND source_uri = ANY(%s) AND index_id = %s""",
        (collection_id, list(source_uris), index_id),
    )
    known: dict[str, dict[bytes, str]] = {}
    async for source_uri, content_hash, language in cursor:
        known.setdefault(source_uri, {})[bytes(content_hash)] = language
    return known


async def save_known_sources(tx: Connection, collection_id: int, known: Sequence[KnownSource]) -> None:
    """Note what sources held when they were read whole."""
    if not known:
        return
    await tx.execute(
        """
        INSERT INTO ingestion_source (collection_id, uri, raw_hash, index_id, labels_hash, documents)
        SELECT %s, uri, raw_hash, index_id, labels_hash, documents
        FROM unnest(%s::text[], %s::bytea[], %s::bigint[], %s::bytea[], %s::integer[])
            AS new (uri, raw_hash, index_id, labels_hash, documents)
        ON CONFLICT (collection_id, uri) DO UPDATE
        SET raw_hash = excluded.raw_hash, index_id = excluded.index_id, labels_hash = excluded.labels_hash,
            documents = excluded.documents
        """,
        (
            collection_id,
            [source.uri for source in known],
            [source.raw_hash for source in known],
            [source.index_id for source in known],
            [source.labels_hash for source in known],
            [source.documents for source in known],
        ),
    )


async def forget_sources(tx: Connection, collection_id: int, uris: Sequence[str]) -> None:
    """Drop what is known of sources, so that they are read anew."""
    await tx.execute(
        "DELETE FROM ingestion_source WHERE collection_id = %s AND uri = ANY(%s)", (collection_id, list(uris))
    )


def _to_run(row: tuple[Any, ...]) -> Run:
    run_id, collection_id, index_id, state, settings, *rest = row
    return Run(run_id, collection_id, index_id, state, RunSettings.from_json(settings), *rest)


def _to_progress(run_id: UUID, row: tuple[Any, ...]) -> Progress:
    state, error, removed, documents, unchanged, failed, pending, chunks, seconds, bytes_done, bytes_left = (
        row
    )
    running = state == "running" and seconds > 0
    return Progress(
        run_id=run_id,
        state=state,
        documents_total=documents + unchanged + failed + pending,
        documents_done=documents,
        documents_unchanged=unchanged,
        documents_failed=failed,
        documents_removed=removed,
        chunks=chunks,
        chunks_per_second=chunks / seconds if seconds > 0 and chunks else None,
        seconds_left=bytes_left * seconds / bytes_done if running and bytes_done else None,
        seconds=seconds,
        error=error,
    )
