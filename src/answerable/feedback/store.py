"""The SQL of `score` and `awaited_run`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg.rows import class_row

from answerable.core.texts import to_storable
from answerable.db.database import Connection
from answerable.feedback.types import Score, ScorePair

_GIVEN: Final = (
    "id, trace_id, span_id, app, variant, key_id, answered_at, name, source, value, label, text, by, evaluator,"
    " evaluator_version, idempotency_key"
)
_COLUMNS: Final = f"{_GIVEN}, created_at, updated_at"


async def lock(tx: Connection, names: Sequence[str]) -> None:
    """Wait until nobody else holds one of these, and hold them to the end of the transaction."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(name, 9)) FROM"
        " (SELECT DISTINCT unnest(%s::text[]) AS name ORDER BY 1)",
        (list(names),),
    )


async def list_of_traces(tx: Connection, trace_ids: Sequence[str]) -> list[Score]:
    """Return all scores of these traces, the oldest first."""
    cursor = tx.cursor(row_factory=class_row(Score))
    await cursor.execute(
        f"SELECT {_COLUMNS} FROM score WHERE trace_id = ANY(%s) ORDER BY created_at, id", (list(trace_ids),)
    )
    return await cursor.fetchall()


async def list_changed(
    tx: Connection, *, since: datetime, until: datetime | None, settled: float, limit: int
) -> list[Score]:
    """Return the scores that came or changed in a time, oldest first, all those of the last moment among them."""
    cursor = tx.cursor(row_factory=class_row(Score))
    await cursor.execute(
        f"SELECT {_COLUMNS} FROM score WHERE updated_at > %s"
        " AND updated_at <= least(%s, clock_timestamp() - make_interval(secs => %s))"
        " ORDER BY updated_at FETCH FIRST %s ROWS WITH TIES",
        (since, until, settled, limit),
    )
    return await cursor.fetchall()


async def list_pairs(
    tx: Connection,
    *,
    evaluator: str,
    version: str,
    label: str,
    since: datetime | None,
    until: datetime | None,
    limit: int,
) -> list[ScorePair]:
    """Return what one version of a judge and people under a label said of the same answers, newest answers first."""
    cursor = tx.cursor(row_factory=class_row(ScorePair))
    await cursor.execute(
        """SELECT judge.trace_id, judge.app, judge.variant, judge.answered_at, judge.value AS judge,
            avg(human.value) AS human
        FROM score AS human JOIN score AS judge USING (trace_id)
        WHERE human.source = 'human' AND human.name = %(label)s AND human.value IS NOT NULL
            AND judge.source = 'judge' AND judge.evaluator = %(evaluator)s AND judge.evaluator_version = %(version)s
            AND judge.value IS NOT NULL
            AND (%(since)s::timestamptz IS NULL OR judge.answered_at >= %(since)s)
            AND (%(until)s::timestamptz IS NULL OR judge.answered_at < %(until)s)
        GROUP BY judge.id ORDER BY judge.answered_at DESC, judge.id LIMIT %(limit)s""",
        {
            "evaluator": evaluator,
            "version": version,
            "label": label,
            "since": since,
            "until": until,
            "limit": limit,
        },
    )
    return await cursor.fetchall()


async def list_judged(
    tx: Connection,
    *,
    evaluator: str,
    version: str,
    app: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
) -> dict[str, float]:
    """Return what one version of a judge said, by trace, of the newest answers."""
    cursor = await tx.execute(
        """SELECT trace_id, value FROM score
        WHERE source = 'judge' AND evaluator = %(evaluator)s AND evaluator_version = %(version)s AND value IS NOT NULL
            AND (%(app)s::text IS NULL OR app = %(app)s)
            AND (%(since)s::timestamptz IS NULL OR answered_at >= %(since)s)
            AND (%(until)s::timestamptz IS NULL OR answered_at < %(until)s)
        ORDER BY answered_at DESC, id LIMIT %(limit)s""",
        {
            "evaluator": evaluator,
            "version": version,
            "app": app,
            "since": since,
            "until": until,
            "limit": limit,
        },
    )
    return {row[0]: row[1] async for row in cursor}


async def list_of_request(tx: Connection, key_id: UUID | None, idempotency_key: str) -> list[Score]:
    """Return what a request of this key with this idempotency key has left."""
    cursor = tx.cursor(row_factory=class_row(Score))
    await cursor.execute(
        f"SELECT {_COLUMNS} FROM score WHERE idempotency_key = %s AND key_id IS NOT DISTINCT FROM %s",
        (idempotency_key, key_id),
    )
    return await cursor.fetchall()


async def upsert(tx: Connection, scores: Sequence[Score]) -> None:
    """Write scores, each in the place of the one with its identity."""
    places = ", ".join(["%s"] * len(_GIVEN.split(",")))
    await tx.cursor().executemany(
        f"""INSERT INTO score ({_GIVEN}) VALUES ({places})
        ON CONFLICT ON CONSTRAINT score_identity DO UPDATE SET app = excluded.app, variant = excluded.variant,
            key_id = excluded.key_id, answered_at = excluded.answered_at, value = excluded.value,
            label = excluded.label, text = excluded.text, evaluator_version = excluded.evaluator_version,
            idempotency_key = excluded.idempotency_key, updated_at = clock_timestamp()""",
        [_to_row(score) for score in scores],
    )


async def delete(tx: Connection, ids: Sequence[UUID]) -> None:
    await tx.execute("DELETE FROM score WHERE id = ANY(%s)", (list(ids),))


async def delete_of_traces(tx: Connection, trace_ids: Sequence[str]) -> int:
    """Delete everything that is kept of these traces; return how many scores that were."""
    ids = list(trace_ids)
    await tx.execute("DELETE FROM awaited_run WHERE trace_id = ANY(%s)", (ids,))
    return (await tx.execute("DELETE FROM score WHERE trace_id = ANY(%s)", (ids,))).rowcount


async def delete_by(tx: Connection, user: str) -> int:
    """Delete what one user said, of whosever answers; return how many scores that were."""
    return (await tx.execute("DELETE FROM score WHERE by = %s AND source = 'user'", (user,))).rowcount


async def list_apps(tx: Connection) -> list[str]:
    """Return the apps that have scores."""
    cursor = await tx.execute("SELECT DISTINCT app FROM score")
    return [row[0] async for row in cursor]


async def delete_before(tx: Connection, app: str, before: datetime) -> int:
    """Delete the scores of an app's answers from before that time; return how many."""
    return (await tx.execute("DELETE FROM score WHERE app = %s AND answered_at < %s", (app, before))).rowcount


async def await_run(tx: Connection, trace_id: str, span_id: str) -> None:
    await tx.execute(
        "INSERT INTO awaited_run (trace_id, span_id) VALUES (%s, %s) ON CONFLICT DO NOTHING",
        (trace_id, span_id),
    )


async def take_awaited(tx: Connection, *, limit: int) -> list[tuple[str, str]]:
    """Return runs to look for, and put each off for as long as it has been waited for already."""
    cursor = await tx.execute(
        """UPDATE awaited_run SET next_at = clock_timestamp() + (clock_timestamp() - since) + interval '1 second'
        WHERE (trace_id, span_id) IN (SELECT trace_id, span_id FROM awaited_run WHERE next_at <= clock_timestamp()
            ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING trace_id, span_id""",
        (limit,),
    )
    return [(row[0], row[1]) async for row in cursor]


async def forget_awaited(tx: Connection, trace_id: str, span_id: str) -> None:
    await tx.execute("DELETE FROM awaited_run WHERE trace_id = %s AND span_id = %s", (trace_id, span_id))


async def give_up_awaited(tx: Connection, *, hours: int) -> None:
    """Look no more for the runs that have not come in so many hours. Their scores stay."""
    await tx.execute("DELETE FROM awaited_run WHERE since < now() - make_interval(hours => %s)", (hours,))


def _to_row(score: Score) -> tuple[object, ...]:
    return (
        score.id, score.trace_id, score.span_id, score.app, score.variant, score.key_id, score.answered_at, score.name,
        score.source, score.value, _clean(score.label), _clean(score.text), to_storable(score.by), score.evaluator,
        score.evaluator_version, score.idempotency_key,
    )  # fmt: skip


def _clean(text: str | None) -> str | None:
    return None if text is None else to_storable(text)
