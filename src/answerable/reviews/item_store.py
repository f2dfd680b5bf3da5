"""The SQL of `review_item` and `review_lock`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb

from answerable.db.database import Connection
from answerable.reviews.answers import Answers
from answerable.reviews.types import Candidate, Item, ItemState, Progress

_COLUMNS: Final = (
    "id, queue_id, trace_id, span_id, started_at, reason, slice, priority, state, gold, annotations, final,"
    " settled_by, added_at"
)
_FREE: Final = """
    SELECT {columns} FROM review_item AS item
    WHERE queue_id = %(queue)s AND {which} AND NOT (%(annotator)s = ANY (seen_by)) AND NOT (id = ANY (%(besides)s))
        AND ({any_number} OR annotations + (
            SELECT count(*) FROM review_lock
            WHERE item_id = item.id AND until > %(now)s AND annotator <> %(annotator)s) < %(annotators)s)
    ORDER BY {order} LIMIT 1 FOR UPDATE"""
_FREE_ITEM: Final = _FREE.format(
    columns=_COLUMNS, which="state = 'open' AND gold IS NULL", any_number="false", order="priority DESC, id"
)
_FREE_GOLD: Final = _FREE.format(columns=_COLUMNS, which="gold IS NOT NULL", any_number="true", order="id")


async def insert(
    tx: Connection, queue_id: UUID, candidates: Sequence[Candidate], *, most: int, at: datetime
) -> int:
    """Put in the first `most` of those that are not there yet, in their order; return how many that were.

    The caller holds the queue's row, so nobody else puts any in meanwhile.
    """
    cursor = await tx.execute(
        """INSERT INTO review_item (queue_id, trace_id, span_id, started_at, reason, slice, priority, gold, state,
            seen_by, annotations, added_at)
        SELECT %s, trace_id, span_id, started_at, reason, slice, priority, gold::jsonb, 'open', '{}', 0, %s
        FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::text[], %s::integer[], %s::text[])
            WITH ORDINALITY AS new (trace_id, span_id, started_at, reason, slice, priority, gold, place)
        WHERE NOT EXISTS (SELECT FROM review_item AS had
            WHERE (had.queue_id, had.trace_id, had.span_id) = (%s, new.trace_id, new.span_id))
        ORDER BY place LIMIT %s
        ON CONFLICT DO NOTHING""",
        (queue_id, at, *_to_columns(candidates), queue_id, most),
    )
    return cursor.rowcount


async def find(tx: Connection, queue_id: UUID, id: int, *, lock: bool = False) -> Item | None:
    """Return an item; with `lock` others wait to change it."""
    cursor = await tx.execute(
        f"SELECT {_COLUMNS} FROM review_item WHERE queue_id = %s AND id = %s {'FOR UPDATE' if lock else ''}",
        (queue_id, id),
    )
    row = await cursor.fetchone()
    return None if row is None else Item(*row)


async def find_by_trace(tx: Connection, queue_id: UUID, trace_id: str, span_id: str) -> Item | None:
    cursor = await tx.execute(
        f"SELECT {_COLUMNS} FROM review_item WHERE queue_id = %s AND trace_id = %s AND span_id = %s",
        (queue_id, trace_id, span_id),
    )
    row = await cursor.fetchone()
    return None if row is None else Item(*row)


async def list_after(
    tx: Connection, queue_id: UUID, *, after: int, limit: int, state: ItemState | None = None
) -> list[Item]:
    """Return items in the order they came."""
    cursor = await tx.execute(
        f"SELECT {_COLUMNS} FROM review_item WHERE queue_id = %s AND id > %s AND (%s::text IS NULL OR state = %s)"
        " ORDER BY id LIMIT %s",
        (queue_id, after, state, state, limit),
    )
    return [Item(*row) async for row in cursor]


async def lock_annotator(tx: Connection, queue_id: UUID, annotator: str) -> None:
    """Let one request of an annotator in a queue wait for the one before."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 10))", (f"{queue_id}/{annotator}",))


async def find_held(
    tx: Connection, queue_id: UUID, annotator: str, *, besides: Sequence[int], now: datetime
) -> Item | None:
    """Return the item that the annotator has had longest, of those that are still theirs."""
    columns = ", ".join(f"item.{column.strip()}" for column in _COLUMNS.split(","))
    cursor = await tx.execute(
        f"SELECT {columns} FROM review_lock JOIN review_item AS item ON item.id = item_id"
        " WHERE annotator = %s AND queue_id = %s AND until > %s AND NOT (item_id = ANY (%s))"
        " ORDER BY taken_at, item_id LIMIT 1",
        (annotator, queue_id, now, list(besides)),
    )
    row = await cursor.fetchone()
    return None if row is None else Item(*row)


async def find_free(
    tx: Connection,
    queue_id: UUID,
    annotator: str,
    *,
    annotators: int,
    besides: Sequence[int],
    gold: bool,
    now: datetime,
    wait: bool = False,
) -> Item | None:
    """Return the next item that has room for this annotator, and keep others from it.

    One that somebody else has in hand at this very moment is passed by, or waited for.
    """
    cursor = await tx.execute(
        (_FREE_GOLD if gold else _FREE_ITEM) + ("" if wait else " SKIP LOCKED"),
        {
            "queue": queue_id,
            "annotator": annotator,
            "annotators": annotators,
            "besides": list(besides),
            "now": now,
        },
    )
    row = await cursor.fetchone()
    return None if row is None else Item(*row)


async def count_others(tx: Connection, item_id: int, annotator: str, *, now: datetime) -> int:
    """Return how many others have the item at this moment."""
    cursor = await tx.execute(
        "SELECT count(*) FROM review_lock WHERE item_id = %s AND annotator <> %s AND until > %s",
        (item_id, annotator, now),
    )
    row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def find_lock(tx: Connection, item_id: int, annotator: str) -> datetime | None:
    """Return until when the item is (or was) the annotator's."""
    cursor = await tx.execute(
        "SELECT until FROM review_lock WHERE item_id = %s AND annotator = %s", (item_id, annotator)
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def put_lock(tx: Connection, item_id: int, annotator: str, *, now: datetime, until: datetime) -> None:
    """Give the item to the annotator, or for longer where they have it; locks that ran out are swept away."""
    await tx.execute("DELETE FROM review_lock WHERE item_id = %s AND until <= %s", (item_id, now))
    await tx.execute(
        "INSERT INTO review_lock (item_id, annotator, taken_at, until) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (item_id, annotator) DO UPDATE SET until = excluded.until",
        (item_id, annotator, now, until),
    )


async def drop_lock(tx: Connection, item_id: int, annotator: str) -> bool:
    cursor = await tx.execute(
        "DELETE FROM review_lock WHERE item_id = %s AND annotator = %s", (item_id, annotator)
    )
    return cursor.rowcount == 1


async def note_seen(tx: Connection, item_id: int, annotator: str, *, annotated: int) -> None:
    """Note that the annotator is through with the item; `annotated` is 1 unless they skipped it."""
    await tx.execute(
        "UPDATE review_item SET annotations = annotations + %s,"
        " seen_by = CASE WHEN %s = ANY (seen_by) THEN seen_by ELSE seen_by || %s::text END WHERE id = %s",
        (annotated, annotator, annotator, item_id),
    )


async def forget_seen(tx: Connection, item_id: int, annotator: str) -> None:
    """Take the annotator's annotation out of the count, and open the item again."""
    await tx.execute(
        "UPDATE review_item SET annotations = annotations - 1, seen_by = array_remove(seen_by, %s), state = 'open',"
        " final = NULL, settled_by = NULL, settled_at = NULL WHERE id = %s",
        (annotator, item_id),
    )


async def settle(
    tx: Connection, item_id: int, state: ItemState, *, final: Answers | None, by: str | None, at: datetime
) -> None:
    await tx.execute(
        "UPDATE review_item SET state = %s, final = %s, settled_by = %s, settled_at = %s WHERE id = %s",
        (state, None if final is None else Jsonb(final), by, at, item_id),
    )


async def set_gold(tx: Connection, item_id: int, gold: Answers | None) -> None:
    await tx.execute(
        "UPDATE review_item SET gold = %s WHERE id = %s", (None if gold is None else Jsonb(gold), item_id)
    )


async def count(tx: Connection, queue_id: UUID) -> Progress:
    """Return how far a queue is."""
    cursor = await tx.execute(
        """SELECT slice, gold IS NOT NULL, state, count(*), sum(annotations) FROM review_item
        WHERE queue_id = %s GROUP BY 1, 2, 3""",
        (queue_id,),
    )
    states: dict[str, int] = {"open": 0, "disputed": 0, "done": 0}
    slices: dict[str, int] = {}
    gold = annotations = 0
    async for slice, is_gold, state, items, said in cursor:
        annotations += said
        if slice:
            slices[slice] = slices.get(slice, 0) + items
        if is_gold:
            gold += items
        else:
            states[state] += items
    return Progress(sum(states.values()), gold=gold, annotations=annotations, slices=slices, **states)


async def delete_of_traces(tx: Connection, trace_ids: Sequence[str]) -> int:
    """Delete the items of these traces with everything said of them; return how many that were."""
    cursor = await tx.execute("DELETE FROM review_item WHERE trace_id = ANY (%s)", (list(trace_ids),))
    return cursor.rowcount


def _to_columns(candidates: Sequence[Candidate]) -> list[list[Any]]:
    rows = [
        (
            one.trace_id, one.span_id, one.started_at, one.reason, one.slice, one.priority,
            None if one.gold is None else _dump(one.gold),
        )
        for one in candidates
    ]  # fmt: skip
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(7)]


def _dump(answers: Answers) -> str:
    return json.dumps(answers)
