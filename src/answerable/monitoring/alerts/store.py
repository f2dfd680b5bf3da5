"""The SQL of `alert`, `alert_notice` and `lost_trace`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from answerable.core.ids import new_id
from answerable.db.database import Connection
from answerable.monitoring.alerts.types import Delivery, Notice, Standing
from answerable.monitoring.series.types import Level, SeriesFilter

_LOCK = 0x616C7274  # "alrt": one process at a time evaluates

_STANDING = "state, since, evaluated_at, good, told, value, threshold, requests, silenced_until, silenced_by"


async def try_lock(tx: Connection) -> bool:
    """Tell whether this transaction may evaluate; no other one may until it ends."""
    cursor = await tx.execute("SELECT pg_try_advisory_xact_lock(%s)", (_LOCK,))
    return await cursor.fetchone() == (True,)


async def read_standings(tx: Connection) -> dict[str, Standing]:
    """Return how the alerts stand, by name; also of those that are no longer in the settings."""
    cursor = await tx.execute(f"SELECT name, {_STANDING} FROM alert")
    return {row[0]: Standing(*row[1:]) async for row in cursor}


async def write_standing(tx: Connection, name: str, standing: Standing) -> None:
    """Write what an evaluation found; a silence stays as it is."""
    await tx.execute(
        """INSERT INTO alert (name, state, since, evaluated_at, good, told, value, threshold, requests)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (name) DO UPDATE SET state = excluded.state, since = excluded.since,
            evaluated_at = excluded.evaluated_at, good = excluded.good, told = excluded.told, value = excluded.value,
            threshold = excluded.threshold, requests = excluded.requests""",
        (
            name, standing.state, standing.since, standing.evaluated_at, standing.good, standing.told, standing.value,
            standing.threshold, standing.size,
        ),
    )  # fmt: skip


async def write_silence(tx: Connection, name: str, *, until: datetime | None, by: str, now: datetime) -> None:
    """Silence an alert until then, or no longer."""
    await tx.execute(
        """INSERT INTO alert (name, state, since, good, told, evaluated_at, silenced_until, silenced_by)
        VALUES (%(name)s, 'ok', %(now)s, 0, 'ok', %(now)s, %(until)s, %(by)s)
        ON CONFLICT (name) DO UPDATE
        SET silenced_until = excluded.silenced_until, silenced_by = excluded.silenced_by""",
        {"name": name, "until": until, "by": by, "now": now},
    )


async def read_silences(tx: Connection, names: Collection[str]) -> dict[str, datetime]:
    """Return until when those of the names are silenced that ever were; it may be over."""
    cursor = await tx.execute(
        "SELECT name, silenced_until FROM alert WHERE name = ANY(%s) AND silenced_until IS NOT NULL",
        (list(names),),
    )
    return {row[0]: row[1] async for row in cursor}


async def insert_notices(tx: Connection, notice: Notice, channels: Collection[str]) -> None:
    """Leave a notice to be delivered to each channel."""
    content = {"id": notice.id, "state": notice.state, "text": notice.text, "details": notice.details}
    await tx.cursor().executemany(
        "INSERT INTO alert_notice (id, alert, channel, content, created_at, next_at) VALUES (%s, %s, %s, %s, %s, %s)",
        [(new_id(), notice.alert, channel, Jsonb(content), notice.at, notice.at) for channel in channels],
    )


async def claim(
    tx: Connection, *, busy: Collection[str], now: datetime, lease: timedelta
) -> dict[UUID, Delivery]:
    """Return one due notice for each channel that is not busy, the oldest; no other process gets them for the lease.

    A notice waits for the earlier ones of its alert, so that nobody hears of the end before the beginning.
    """
    cursor = await tx.execute(
        """UPDATE alert_notice AS taken SET attempts = attempts + 1, next_at = %(until)s
        FROM (
            SELECT DISTINCT ON (channel) id FROM alert_notice AS due
            WHERE delivered_at IS NULL AND given_up_at IS NULL AND next_at <= %(now)s AND channel <> ALL(%(busy)s)
                AND NOT EXISTS (
                    SELECT FROM alert_notice AS earlier
                    WHERE earlier.alert = due.alert AND earlier.channel = due.channel AND earlier.id < due.id
                        AND earlier.delivered_at IS NULL AND earlier.given_up_at IS NULL)
            ORDER BY channel, next_at, id
        ) AS chosen
        WHERE taken.id = chosen.id AND taken.next_at <= %(now)s
        RETURNING taken.id, taken.alert, taken.channel, taken.content, taken.created_at, taken.attempts""",
        {"busy": list(busy), "now": now, "until": now + lease},
    )
    return {row[0]: Delivery(_to_notice(row[1], row[3], row[4]), row[2], row[5]) async for row in cursor}


async def note_delivered(tx: Connection, id: UUID, *, now: datetime) -> None:
    await tx.execute("UPDATE alert_notice SET delivered_at = %s, error = '' WHERE id = %s", (now, id))


async def note_failed(
    tx: Connection, id: UUID, error: str, *, next_at: datetime | None, now: datetime
) -> None:
    """Note why a notice was not taken, and when to try again; without `next_at` it is given up."""
    await tx.execute(
        "UPDATE alert_notice SET error = %(error)s, next_at = coalesce(%(next)s, next_at),"
        " given_up_at = CASE WHEN %(next)s::timestamptz IS NULL THEN %(now)s::timestamptz END WHERE id = %(id)s",
        {"error": error, "next": next_at, "now": now, "id": id},
    )


async def list_deliveries(tx: Connection, *, limit: int) -> list[Delivery]:
    """Return the newest notices and what became of them."""
    cursor = await tx.execute(
        "SELECT alert, content, created_at, channel, attempts, delivered_at, given_up_at, error FROM alert_notice"
        " ORDER BY created_at DESC, id DESC LIMIT %s",
        (limit,),
    )
    return [Delivery(_to_notice(*row[:3]), *row[3:]) async for row in cursor]


async def delete_old(tx: Connection, *, before: datetime) -> None:
    await tx.execute("DELETE FROM alert_notice WHERE created_at < %s", (before,))
    await tx.execute("DELETE FROM lost_trace WHERE bucket < %s", (before,))


async def add_lost_traces(tx: Connection, *, bucket: datetime, server: UUID, count: int) -> None:
    """Note that a process had to drop so many more traces."""
    await tx.execute(
        "INSERT INTO lost_trace AS held (bucket, server, count) VALUES (%s, %s, %s)"
        " ON CONFLICT (bucket, server) DO UPDATE SET count = held.count + excluded.count",
        (bucket, server, count),
    )


async def sum_lost_traces(tx: Connection, *, since: datetime, until: datetime) -> int:
    cursor = await tx.execute(
        "SELECT coalesce(sum(count), 0) FROM lost_trace WHERE bucket >= %s AND bucket < %s", (since, until)
    )
    row = await cursor.fetchone()
    return 0 if row is None else int(row[0])


async def sum_scores(
    tx: Connection, name: str, *, level: Level, since: datetime, until: datetime, filter: SeriesFilter
) -> tuple[int, float]:
    """Return how many scores of a name there are, and what they add up to."""
    values: Mapping[str, Any] = {
        "name": name, "level": level, "since": since, "until": until, "app": filter.app, "variant": filter.variant
    }  # fmt: skip
    cursor = await tx.execute(
        """SELECT coalesce(sum(count), 0), coalesce(sum(total), 0) FROM score_rollup
        WHERE name = %(name)s AND level = %(level)s AND bucket >= %(since)s AND bucket < %(until)s
            AND (%(app)s::text IS NULL OR app = %(app)s) AND (%(variant)s::text IS NULL OR variant = %(variant)s)""",
        values,
    )
    row = await cursor.fetchone()
    return (0, 0.0) if row is None else (int(row[0]), float(row[1]))


def _to_notice(alert: str, content: Mapping[str, Any], at: datetime) -> Notice:
    return Notice(content["id"], alert, content["state"], content["text"], at, content["details"])
