"""The SQL of `model_canary` and `model_check`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb

from answerable.core.texts import to_storable
from answerable.db.database import Connection
from answerable.evaluation.canaries.rows import read_changes, read_seen, write_changes, write_seen
from answerable.evaluation.canaries.types import Check, Standing

Key = tuple[str, str, str]
"""App, label and model."""

_COLUMNS: Final = (
    "id, app, label, model, at, by, state, seen, variant, variant_hash, run_id, dataset, version, changes, reason,"
    " report"
)
_WIDTH: Final = _COLUMNS.count(",") + 1


async def claim(tx: Connection, key: Key, *, now: datetime, until: datetime, due: bool) -> bool:
    """Take a canary until then, for one process at a time. With `due` only one whose time has come."""
    cursor = await tx.execute(
        """INSERT INTO model_canary AS held (app, label, model, next_at, claimed_until)
        VALUES (%(app)s, %(label)s, %(model)s, %(now)s, %(until)s)
        ON CONFLICT (app, label, model) DO UPDATE SET claimed_until = %(until)s
        WHERE (held.claimed_until IS NULL OR held.claimed_until <= %(now)s)
            AND (NOT %(due)s OR held.next_at <= %(now)s)
        RETURNING 1""",
        {"app": key[0], "label": key[1], "model": key[2], "now": now, "until": until, "due": due},
    )
    return await cursor.fetchone() is not None


async def release(tx: Connection, key: Key, *, next_at: datetime | None) -> None:
    """Give a canary back; it is due again then, or as before."""
    await tx.execute(
        """UPDATE model_canary SET claimed_until = NULL, next_at = coalesce(%s, next_at)
        WHERE (app, label, model) = (%s, %s, %s)""",
        (next_at, *key),
    )


async def insert_check(tx: Connection, check: Check) -> None:
    await tx.execute(
        f"INSERT INTO model_check ({_COLUMNS}) VALUES ({', '.join(['%s'] * _WIDTH)})",
        (
            check.id, check.app, check.label, check.model, check.at, check.by, check.state,
            Jsonb(write_seen(check.seen)), check.variant, check.variant_hash, check.run_id, check.dataset,
            check.version, Jsonb(write_changes(check.changes)), to_storable(check.reason), to_storable(check.report),
        ),
    )  # fmt: skip


async def write_baseline(tx: Connection, check: Check, *, by: str, at: datetime) -> None:
    await tx.execute(
        """UPDATE model_canary SET baseline = %s, accepted_by = %s, accepted_at = %s
        WHERE (app, label, model) = (%s, %s, %s)""",
        (check.id, by, at, *check.key),
    )


async def write_told(tx: Connection, key: Key, told: str) -> None:
    await tx.execute(
        "UPDATE model_canary SET told = %s WHERE (app, label, model) = (%s, %s, %s)", (told, *key)
    )


async def find_standing(tx: Connection, key: Key) -> Standing | None:
    """Return how a canary stands, None before its first check."""
    return next(iter(await list_standings(tx, key=key)), None)


async def list_standings(tx: Connection, *, key: Key | None = None) -> list[Standing]:
    """Return how every canary stands that was checked, or the one, by app, label and model."""
    newest = ", ".join(f"newest.{name.strip()}" for name in _COLUMNS.split(","))
    baseline = ", ".join(f"baseline.{name.strip()}" for name in _COLUMNS.split(","))
    cursor = await tx.execute(
        f"""SELECT {newest}, {baseline}, held.accepted_at, held.accepted_by, held.told
        FROM model_canary AS held
        CROSS JOIN LATERAL (
            SELECT * FROM model_check AS one
            WHERE (one.app, one.label, one.model) = (held.app, held.label, held.model)
            ORDER BY one.id DESC LIMIT 1
        ) AS newest
        LEFT JOIN model_check AS baseline ON baseline.id = held.baseline
        WHERE %(app)s::text IS NULL OR (held.app, held.label, held.model) = (%(app)s, %(label)s, %(model)s)
        ORDER BY held.app, held.label, held.model""",
        dict(zip(("app", "label", "model"), key or (None, None, None), strict=True)),
    )
    return [_to_standing(row) async for row in cursor]


async def list_checks(tx: Connection, *, key: Key | None = None, limit: int) -> list[Check]:
    """Return checks, newest first; of one canary or of all."""
    cursor = await tx.execute(
        f"""SELECT {_COLUMNS} FROM model_check
        WHERE %(app)s::text IS NULL OR (app, label, model) = (%(app)s, %(label)s, %(model)s)
        ORDER BY id DESC LIMIT %(limit)s""",
        {
            **dict(zip(("app", "label", "model"), key or (None, None, None), strict=True)),
            "limit": limit,
        },
    )
    return [_to_check(row) async for row in cursor]


async def write_run(tx: Connection, check: Check) -> None:
    """Note that a check has another eval run now."""
    await tx.execute("UPDATE model_check SET run_id = %s WHERE id = %s", (check.run_id, check.id))


async def take_old_runs(tx: Connection, key: Key, *, kept: int) -> list[UUID]:
    """Forget the eval runs of all but the newest `kept` checks and the baseline; return them, to be deleted."""
    cursor = await tx.execute(
        """UPDATE model_check AS old SET run_id = NULL FROM (
            SELECT id, run_id FROM model_check
            WHERE (app, label, model) = (%s, %s, %s) AND run_id IS NOT NULL
            ORDER BY id DESC OFFSET %s
        ) AS found
        WHERE old.id = found.id AND NOT EXISTS (SELECT FROM model_canary WHERE baseline = old.id)
        RETURNING found.run_id""",
        (*key, kept),
    )
    return [row[0] async for row in cursor]


def _to_standing(row: Sequence[Any]) -> Standing:
    baseline = row[_WIDTH : 2 * _WIDTH]
    accepted_at, accepted_by, told = row[2 * _WIDTH :]
    return Standing(
        check=_to_check(row[:_WIDTH]),
        baseline=None if baseline[0] is None else _to_check(baseline),
        accepted_at=accepted_at,
        accepted_by=accepted_by,
        told=told,
    )


def _to_check(row: Sequence[Any]) -> Check:
    values = dict(zip((name.strip() for name in _COLUMNS.split(",")), row, strict=True))
    return Check(**{**values, "seen": read_seen(values["seen"]), "changes": read_changes(values["changes"])})
