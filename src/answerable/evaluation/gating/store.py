"""The SQL of `gate_verdict`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from answerable.db.database import Connection
from answerable.evaluation.gating.json_form import render_verdict
from answerable.evaluation.gating.types import GateRecord, GateVerdict

_COLUMNS = (
    "id, app, verdict, candidate, baseline, candidate_hash, baseline_hash, dataset, version, gate_hash, created_at,"
    " by, content"
)


async def insert(tx: Connection, id: UUID, verdict: GateVerdict, *, by: str, at: datetime) -> None:
    """Keep the verdict, with the keys of examples and nothing else of them."""
    await tx.execute(
        "INSERT INTO gate_verdict (id, app, verdict, candidate, baseline, candidate_hash, baseline_hash, dataset,"
        " version, gate_hash, candidate_run, baseline_run, created_at, by, content)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            id,
            verdict.app,
            verdict.verdict,
            verdict.candidate,
            verdict.baseline,
            verdict.candidate_hash,
            verdict.baseline_hash,
            verdict.dataset,
            verdict.version,
            verdict.gate_hash,
            verdict.candidate_run,
            verdict.baseline_run,
            at,
            by,
            Jsonb(render_verdict(verdict, texts=False)),
        ),
    )


async def find(tx: Connection, id: UUID) -> GateRecord | None:
    cursor = await tx.cursor(row_factory=dict_row).execute(
        f"SELECT {_COLUMNS} FROM gate_verdict WHERE id = %s", (id,)
    )
    row = await cursor.fetchone()
    return None if row is None else _to_record(row)


async def list_newest(tx: Connection, *, app: str | None, limit: int) -> list[GateRecord]:
    """Return verdicts, of one app or of all, newest first."""
    cursor = await tx.cursor(row_factory=dict_row).execute(
        f"SELECT {_COLUMNS} FROM gate_verdict WHERE %(app)s::text IS NULL OR app = %(app)s"
        " ORDER BY created_at DESC, id DESC LIMIT %(limit)s",
        {"app": app, "limit": limit},
    )
    return [_to_record(row) async for row in cursor]


async def find_pass(
    tx: Connection, *, app: str, candidate_hash: str, baseline_hash: str, gate_hash: str
) -> UUID | None:
    """Return the newest pass of just these."""
    cursor = await tx.execute(
        "SELECT id FROM gate_verdict WHERE verdict = 'pass' AND app = %s AND candidate_hash = %s"
        " AND baseline_hash = %s AND gate_hash = %s ORDER BY created_at DESC LIMIT 1",
        (app, candidate_hash, baseline_hash, gate_hash),
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


def _to_record(row: dict[str, Any]) -> GateRecord:
    return GateRecord(**row)
