"""The SQL of `judge_calibration`."""

from __future__ import annotations

from typing import Final

from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

from answerable.db.database import Connection
from answerable.evaluation.judging.calibration.types import Calibration

_REPORT: Final = TypeAdapter(Calibration)


async def insert(tx: Connection, calibration: Calibration) -> None:
    await tx.execute(
        "INSERT INTO judge_calibration (id, app, variant, label, source, created_at, report)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (
            calibration.id,
            calibration.app,
            calibration.variant,
            calibration.label,
            calibration.source,
            calibration.created_at,
            Jsonb(_REPORT.dump_python(calibration, mode="json")),
        ),
    )


async def find_newest(tx: Connection, app: str, *, variant: str | None = None) -> Calibration | None:
    """Return the newest calibration of a judge, of one variant or of any.

    A variant without the mark of a rubric stands for itself with any rubric.
    """
    found = await list_newest(tx, app, variant=variant, limit=1)
    return found[0] if found else None


async def list_newest(
    tx: Connection, app: str, *, variant: str | None = None, limit: int
) -> list[Calibration]:
    """Return the calibrations of a judge, newest first."""
    cursor = await tx.execute(
        """SELECT report FROM judge_calibration WHERE app = %(app)s
            AND (%(variant)s::text IS NULL OR variant = %(variant)s OR starts_with(variant, %(variant)s || '+'))
        ORDER BY created_at DESC, id DESC LIMIT %(limit)s""",
        {"app": app, "variant": variant, "limit": limit},
    )
    return [_REPORT.validate_python(row[0]) async for row in cursor]
