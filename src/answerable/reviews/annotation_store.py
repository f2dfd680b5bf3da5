"""The SQL of `review_annotation` and `review_adjudication`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg.types.json import Jsonb

from answerable.db.database import Connection
from answerable.reviews.answers import Answers
from answerable.reviews.types import Annotation

_COLUMNS: Final = "id, item_id, annotator, labels, seconds, created_at"


async def insert(tx: Connection, queue_id: UUID, annotation: Annotation) -> None:
    await tx.execute(
        f"INSERT INTO review_annotation ({_COLUMNS}, queue_id) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (
            annotation.id, annotation.item_id, annotation.annotator, Jsonb(annotation.labels), annotation.seconds,
            annotation.created_at, queue_id,
        ),
    )  # fmt: skip


async def find(tx: Connection, item_id: int, annotator: str) -> Annotation | None:
    cursor = await tx.execute(
        f"SELECT {_COLUMNS} FROM review_annotation WHERE item_id = %s AND annotator = %s",
        (item_id, annotator),
    )
    row = await cursor.fetchone()
    return None if row is None else Annotation(*row)


async def find_last(tx: Connection, queue_id: UUID, annotator: str) -> Annotation | None:
    """Return what the annotator said last in a queue."""
    cursor = await tx.execute(
        f"SELECT {_COLUMNS} FROM review_annotation WHERE queue_id = %s AND annotator = %s"
        " ORDER BY created_at DESC, id DESC LIMIT 1",
        (queue_id, annotator),
    )
    row = await cursor.fetchone()
    return None if row is None else Annotation(*row)


async def list_of_items(tx: Connection, item_ids: Sequence[int]) -> list[Annotation]:
    """Return all annotations of these items, the oldest first."""
    cursor = await tx.execute(
        f"SELECT {_COLUMNS} FROM review_annotation WHERE item_id = ANY (%s) ORDER BY created_at, id",
        (list(item_ids),),
    )
    return [Annotation(*row) async for row in cursor]


async def count_of_annotator(tx: Connection, queue_id: UUID, annotator: str) -> int:
    cursor = await tx.execute(
        "SELECT count(*) FROM review_annotation WHERE queue_id = %s AND annotator = %s", (queue_id, annotator)
    )
    row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def delete(tx: Connection, id: UUID) -> None:
    await tx.execute("DELETE FROM review_annotation WHERE id = %s", (id,))


async def list_of_queue(tx: Connection, queue_id: UUID) -> list[tuple[Annotation, Answers | None]]:
    """Return all annotations of a queue, each with the right labels of its item where they are known."""
    columns = ", ".join(f"a.{column.strip()}" for column in _COLUMNS.split(","))
    cursor = await tx.execute(
        f"SELECT {columns}, item.gold FROM review_annotation AS a JOIN review_item AS item ON item.id = a.item_id"
        " WHERE a.queue_id = %s ORDER BY a.created_at, a.id",
        (queue_id,),
    )
    return [(Annotation(*row[:-1]), row[-1]) async for row in cursor]


async def put_adjudication(
    tx: Connection, item_id: int, *, adjudicator: str, labels: Answers, note: str, at: datetime
) -> None:
    """Write what the adjudicator decided, in the place of an earlier decision."""
    await tx.execute(
        "INSERT INTO review_adjudication (item_id, adjudicator, labels, note, created_at) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (item_id) DO UPDATE SET adjudicator = excluded.adjudicator, labels = excluded.labels,"
        " note = excluded.note, created_at = excluded.created_at",
        (item_id, adjudicator, Jsonb(labels), note, at),
    )
