"""The SQL of `online_task`, `online_day`, `online_failure` and `judged_run`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from answerable.db.database import Connection
from answerable.quality.online.types import Failure, Outcome, Spent, Task

_TASK: Final = "id, rule, evaluator, trace_id, span_id, created_at, attempts"
_SPENT: Final = (
    "sum(scored)::bigint, sum(failed)::bigint, sum(skipped)::bigint, sum(usd), sum(unpriced)::bigint"
)


async def insert_tasks(tx: Connection, tasks: Sequence[tuple[str, str, str, str]]) -> None:
    """Leave tasks (rule, evaluator, trace and span id) to be done; one that is there already stays as it is."""
    await tx.execute(
        "INSERT INTO online_task (rule, evaluator, trace_id, span_id)"
        " SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) ON CONFLICT DO NOTHING",
        [list(column) for column in zip(*tasks, strict=True)],
    )


async def claim(tx: Connection, *, judged: bool, limit: int, now: datetime, until: datetime) -> list[Task]:
    """Return due tasks, oldest first, for judges or for code; no other process gets them before `until`."""
    cursor = await tx.execute(
        f"""UPDATE online_task SET attempts = attempts + 1, next_at = %(until)s
        WHERE id IN (
            SELECT id FROM online_task WHERE next_at <= %(now)s AND starts_with(evaluator, 'judge:') = %(judged)s
            ORDER BY next_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
        RETURNING {_TASK}""",
        {"judged": judged, "limit": limit, "now": now, "until": until},
    )
    return [Task(*row) async for row in cursor]


async def postpone(tx: Connection, id: int, *, until: datetime) -> None:
    await tx.execute("UPDATE online_task SET next_at = %s WHERE id = %s", (until, id))


async def delete_task(tx: Connection, id: int) -> bool:
    """Delete a task, and tell whether it was still there."""
    return (await tx.execute("DELETE FROM online_task WHERE id = %s", (id,))).rowcount == 1


async def count_outcome(
    tx: Connection, task: Task, day: date, outcome: Outcome, *, usd: object, unpriced: int
) -> None:
    """Count what became of a task on a day, and what it cost as far as that is known."""
    await tx.execute(
        f"""INSERT INTO online_day AS held (day, rule, evaluator, {outcome}, usd, unpriced)
        VALUES (%s, %s, %s, 1, %s, %s)
        ON CONFLICT (day, rule, evaluator) DO UPDATE SET {outcome} = held.{outcome} + 1,
            usd = held.usd + excluded.usd, unpriced = held.unpriced + excluded.unpriced""",
        (day, task.rule, task.evaluator, usd, unpriced),
    )


async def read_judged(tx: Connection, rule: str, day: date) -> Spent:
    """Return what the judges of a rule did on a day."""
    cursor = await tx.execute(
        f"SELECT {_SPENT} FROM online_day WHERE day = %s AND rule = %s AND starts_with(evaluator, 'judge:')",
        (day, rule),
    )
    row = await cursor.fetchone()
    return Spent() if row is None or row[0] is None else Spent(*row)


async def read_day(tx: Connection, day: date) -> dict[tuple[str, str], Spent]:
    """Return what was done on a day, by rule and evaluator."""
    cursor = await tx.execute(
        f"SELECT rule, evaluator, {_SPENT} FROM online_day WHERE day = %s GROUP BY rule, evaluator", (day,)
    )
    return {(row[0], row[1]): Spent(*row[2:]) async for row in cursor}


async def count_waiting(tx: Connection) -> dict[str, int]:
    """Return how many tasks wait, by rule."""
    cursor = await tx.execute("SELECT rule, count(*) FROM online_task GROUP BY rule")
    return {rule: count async for rule, count in cursor}


async def insert_failure(tx: Connection, failure: Failure) -> None:
    await tx.execute(
        "INSERT INTO online_failure (at, rule, evaluator, trace_id, error) VALUES (%s, %s, %s, %s, %s)",
        (failure.at, failure.rule, failure.evaluator, failure.trace_id, failure.error),
    )


async def list_failures(tx: Connection, *, limit: int) -> list[Failure]:
    """Return the newest failures."""
    cursor = await tx.execute(
        "SELECT at, rule, evaluator, trace_id, error FROM online_failure ORDER BY at DESC, id DESC LIMIT %s",
        (limit,),
    )
    return [Failure(*row) async for row in cursor]


async def delete_old(tx: Connection, *, failures: datetime, days: date) -> None:
    await tx.execute("DELETE FROM online_failure WHERE at < %s", (failures,))
    await tx.execute("DELETE FROM online_day WHERE day < %s", (days,))


async def note_judge_run(tx: Connection, trace_id: str, judge_trace_id: str) -> None:
    """Note that a run of a judge is about a trace, and so holds what that holds."""
    await tx.execute(
        "INSERT INTO judged_run (trace_id, judge_trace_id) VALUES (%s, %s) ON CONFLICT DO NOTHING",
        (trace_id, judge_trace_id),
    )


async def delete_of_traces(tx: Connection, trace_ids: Sequence[str]) -> list[str]:
    """Delete everything that is kept of these traces; return the ids of the runs of judges about them."""
    ids = list(trace_ids)
    await tx.execute("DELETE FROM online_task WHERE trace_id = ANY(%s)", (ids,))
    await tx.execute("DELETE FROM online_failure WHERE trace_id = ANY(%s)", (ids,))
    cursor = await tx.execute(
        "DELETE FROM judged_run WHERE trace_id = ANY(%s) RETURNING judge_trace_id", (ids,)
    )
    return [row[0] async for row in cursor]
