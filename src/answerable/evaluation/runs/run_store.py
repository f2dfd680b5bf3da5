"""The SQL of `eval_run`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from answerable.core.texts import to_storable
from answerable.db.database import Connection
from answerable.evaluation.runs.plan import EvalPlan
from answerable.evaluation.runs.rows import dump, read_refs, read_summary, write_refs, write_summary
from answerable.evaluation.runs.types import EvalRun, MetricSummary, RunState

LOCKS: Final = 0x6576616C
"""The first key of the advisory locks of runs; the second one is the run's `lock_key`."""

_COUNT: Final = """
    count(*) FILTER (WHERE scored) AS done, count(*) FILTER (WHERE scored AND output IS NULL) AS failed,
    coalesce(sum(cost_usd), 0) AS cost_usd, coalesce(sum(judge_usd), 0) AS judge_usd,
    coalesce(sum(unpriced), 0) AS unpriced, count(*) FILTER (WHERE reused) AS reused"""

_COUNTED: Final = f"""
    (SELECT {_COUNT} FROM eval_item WHERE run_id = run.id HAVING run.state = 'running'
    UNION ALL SELECT run.done, run.failed, run.cost_usd, run.judge_usd, run.unpriced, run.reused
        WHERE run.state <> 'running') AS counted"""

# A process that was killed leaves its run as it was; nobody holds its lock then.
_STATE: Final = f"""
    CASE WHEN state = 'running' AND NOT EXISTS (
        SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = {LOCKS} AND objid = hashtext(run.id::text)::oid
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
    THEN 'stopped' ELSE state END"""

_SELECT: Final = f"""
    SELECT id, app, variant, variant_hash, target, dataset, version, version_hash, split, tags, repeats, evaluators,
        {_STATE}, total, counted.done, counted.failed, counted.cost_usd, counted.judge_usd, counted.unpriced,
        created_at, finished_at, by, note, counted.reused, reason, summary
    FROM eval_run AS run CROSS JOIN LATERAL {_COUNTED}"""


async def insert(tx: Connection, id: UUID, plan: EvalPlan, *, total: int, at: datetime) -> None:
    measured, version = plan.measured, plan.version
    await tx.execute(
        """INSERT INTO eval_run (id, app, variant, variant_hash, target, origin, dataset, version, version_hash, split,
            tags, repeats, evaluators, state, total, created_at, by, note)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'running', %s, %s, %s, %s)""",
        (
            id, measured.app, measured.variant, measured.variant_hash, measured.target, measured.origin,
            version.dataset, version.number, version.hash, plan.split, list(plan.tags), plan.repeats,
            dump(write_refs(plan.list_refs())), total, at, plan.by, plan.note,
        ),
    )  # fmt: skip


async def find(tx: Connection, id: UUID) -> EvalRun | None:
    row = await (await tx.execute(f"{_SELECT} WHERE id = %s", (id,))).fetchone()
    return None if row is None else _to_run(row)


async def list_newest(
    tx: Connection, *, app: str | None, dataset: str | None, before: UUID | None, limit: int
) -> list[EvalRun]:
    """Return runs, newest first."""
    cursor = await tx.execute(
        f"""{_SELECT} WHERE (%(app)s::text IS NULL OR app = %(app)s) AND (%(set)s::text IS NULL OR dataset = %(set)s)
            AND (%(before)s::uuid IS NULL OR id < %(before)s) ORDER BY id DESC LIMIT %(limit)s""",
        {
            "app": None if app is None else to_storable(app),
            "set": None if dataset is None else to_storable(dataset),
            "before": before,
            "limit": limit,
        },
    )
    return [_to_run(row) async for row in cursor]


async def list_same(tx: Connection, plan: EvalPlan, *, limit: int = 50) -> list[EvalRun]:
    """Return runs of the same thing on the same examples as often, newest first, with any evaluators."""
    measured, version = plan.measured, plan.version
    cursor = await tx.execute(
        f"""{_SELECT} WHERE app = %s AND variant_hash = %s AND target = %s AND origin = %s AND dataset = %s
            AND version = %s AND version_hash = %s AND split = %s AND tags = %s AND repeats = %s
        ORDER BY id DESC LIMIT %s""",
        (
            measured.app, measured.variant_hash, measured.target, measured.origin, version.dataset, version.number,
            version.hash, plan.split, list(plan.tags), plan.repeats, limit,
        ),
    )  # fmt: skip
    return [_to_run(row) async for row in cursor]


async def begin(tx: Connection, id: UUID) -> None:
    """Note that a run is worked on, and that failures of its target which may be gone by now are to be tried again."""
    await tx.execute(
        "UPDATE eval_run SET state = 'running', reason = '', finished_at = NULL WHERE id = %s", (id,)
    )
    await tx.execute(
        "UPDATE eval_item SET scored = false WHERE run_id = %s AND output IS NULL AND passing", (id,)
    )


async def end(
    tx: Connection,
    id: UUID,
    state: RunState,
    *,
    reason: str = "",
    summary: Sequence[MetricSummary] = (),
    at: datetime,
) -> None:
    """Note how a run ended, and what its items come to. Its end is never before its beginning, whatever the clock did
    meanwhile."""
    await tx.execute(
        f"""UPDATE eval_run SET state = %(state)s, reason = %(reason)s, summary = %(summary)s,
            finished_at = greatest(created_at, %(at)s), done = counted.done, failed = counted.failed,
            cost_usd = counted.cost_usd, judge_usd = counted.judge_usd, unpriced = counted.unpriced,
            reused = counted.reused
        FROM (SELECT {_COUNT} FROM eval_item WHERE run_id = %(id)s) AS counted WHERE id = %(id)s""",
        {"id": id, "state": state, "reason": reason, "summary": dump(write_summary(summary)), "at": at},
    )


async def delete(tx: Connection, id: UUID) -> bool:
    return (await tx.execute("DELETE FROM eval_run WHERE id = %s", (id,))).rowcount > 0


def _to_run(row: Sequence[Any]) -> EvalRun:
    fields = list(row)
    fields[9] = tuple(fields[9])
    fields[11] = read_refs(fields[11])
    fields[-1] = read_summary(fields[-1])
    return EvalRun(*fields)
