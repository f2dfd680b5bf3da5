"""The SQL of `review_queue`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb

from answerable.db.database import Connection
from answerable.reviews.spec import QueueSpec
from answerable.reviews.types import Queue, QueueState

_COLUMNS: Final = "id, spec, state, created_by, created_at, looked, scored, taken, problem"


async def insert(tx: Connection, queue: Queue) -> bool:
    """Write a queue; False when there is one of that name."""
    cursor = await tx.execute(
        f"INSERT INTO review_queue ({_COLUMNS}, name) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (
            queue.id, Jsonb(queue.spec.model_dump(mode="json")), queue.state, queue.created_by, queue.created_at,
            list(queue.looked), queue.scored, Jsonb(dict(queue.taken)), queue.problem, queue.name,
        ),
    )  # fmt: skip
    return cursor.rowcount == 1


async def find(tx: Connection, name: str) -> Queue | None:
    cursor = await tx.execute(f"SELECT {_COLUMNS} FROM review_queue WHERE name = %s", (name,))
    row = await cursor.fetchone()
    return None if row is None else _to_queue(row)


async def list_all(tx: Connection) -> list[Queue]:
    """Return all queues by name."""
    cursor = await tx.execute(f"SELECT {_COLUMNS} FROM review_queue ORDER BY name")
    return [_to_queue(row) async for row in cursor]


async def lock_group(tx: Connection, id: UUID, group: str) -> int | None:
    """Return how many items a group has put in, and keep others from putting any in; None: the queue is gone."""
    cursor = await tx.execute(
        "SELECT coalesce((taken ->> %s)::integer, 0) FROM review_queue WHERE id = %s FOR UPDATE", (group, id)
    )
    row = await cursor.fetchone()
    return None if row is None else int(row[0])


async def note_taken(tx: Connection, id: UUID, group: str, count: int) -> None:
    """Set how many items a group has put in."""
    await tx.execute(
        "UPDATE review_queue SET taken = taken || jsonb_build_object(%s::text, %s::integer) WHERE id = %s",
        (group, count, id),
    )


async def note_position(
    tx: Connection, id: UUID, *, looked: Sequence[datetime] | None = None, scored: datetime | None = None
) -> None:
    """Note how far the queue is filled; a look that another server did meanwhile is never taken back."""
    await tx.execute(
        """UPDATE review_queue SET scored = greatest(scored, %s), problem = '',
            looked = CASE WHEN %s::timestamptz[] IS NULL THEN looked ELSE
                (SELECT array_agg(greatest(had, now) ORDER BY place)
                 FROM unnest(looked, %s::timestamptz[]) WITH ORDINALITY AS pair (had, now, place)) END
        WHERE id = %s""",
        (scored, *(None if looked is None else list(looked),) * 2, id),
    )


async def note_problem(tx: Connection, id: UUID, problem: str) -> None:
    await tx.execute("UPDATE review_queue SET problem = %s WHERE id = %s", (problem, id))


async def set_state(tx: Connection, name: str, state: QueueState) -> bool:
    cursor = await tx.execute("UPDATE review_queue SET state = %s WHERE name = %s", (state, name))
    return cursor.rowcount == 1


async def delete(tx: Connection, id: UUID) -> None:
    """Delete a queue with everything in it."""
    await tx.execute("DELETE FROM review_queue WHERE id = %s", (id,))


def _to_queue(row: tuple[Any, ...]) -> Queue:
    id, spec, state, created_by, created_at, looked, scored, taken, problem = row
    return Queue(
        id=id,
        spec=QueueSpec.model_validate(spec),
        state=state,
        created_by=created_by,
        created_at=created_at,
        looked=tuple(looked),
        scored=scored,
        taken=taken,
        problem=problem,
    )
