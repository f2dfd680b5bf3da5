"""Sums of scores by minute, hour and day, kept as scores come, change and go. The SQL of `score_rollup`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from answerable.db.database import Connection
from answerable.feedback.types import Level, Score, ScoreSum

_LEVELS: Final[tuple[Level, ...]] = ("minute", "hour", "day")
_KEPT: Final = {"minute": "3 days", "hour": "400 days"}
"""As the sums of traces are."""
_Key = tuple[str, datetime, str, str, str, str]


def to_bucket(level: Level, at: datetime) -> datetime:
    """Return the start of the minute, hour or day (UTC) that a moment lies in."""
    start = at.astimezone(UTC).replace(second=0, microsecond=0)
    if level != "minute":
        start = start.replace(minute=0)
    return start.replace(hour=0) if level == "day" else start


async def apply(tx: Connection, *, gone: Iterable[Score], new: Iterable[Score]) -> None:
    """Take the scores that are gone out of the sums, and put the new ones in. Rows are locked in one order."""
    counts: dict[_Key, list[float]] = defaultdict(lambda: [0, 0.0])
    for sign, scores in ((-1, gone), (1, new)):
        for score in scores:
            for level in _LEVELS:
                bucket = to_bucket(level, score.answered_at)
                entry = counts[level, bucket, score.app, score.variant, score.name, score.source]
                entry[0] += sign
                entry[1] += sign * (score.value or 0.0)
    changed = [(*key, int(count), total) for key, (count, total) in sorted(counts.items()) if count or total]
    if changed:
        await tx.cursor().executemany(
            """INSERT INTO score_rollup AS held (level, bucket, app, variant, name, source, count, total)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (level, bucket, app, variant, name, source)
            DO UPDATE SET count = held.count + excluded.count, total = held.total + excluded.total""",
            changed,
        )


async def delete_old(tx: Connection, now: datetime) -> None:
    """Forget the fine levels of what is long ago; days stay for ever."""
    for level, kept in _KEPT.items():
        await tx.execute(
            "DELETE FROM score_rollup WHERE level = %s AND bucket < %s - %s::interval", (level, now, kept)
        )


async def list_sums(
    tx: Connection, level: Level, *, since: datetime, until: datetime, app: str | None, variant: str | None
) -> list[ScoreSum]:
    """Return the sums whose buckets begin from `since` up to, not including, `until`, oldest first."""
    cursor = await tx.execute(
        """SELECT bucket, app, variant, name, source, count, total FROM score_rollup
        WHERE level = %(level)s AND bucket >= %(since)s AND bucket < %(until)s AND count > 0
            AND (%(app)s::text IS NULL OR app = %(app)s) AND (%(variant)s::text IS NULL OR variant = %(variant)s)
        ORDER BY bucket, app, variant, name, source""",
        {"level": level, "since": since, "until": until, "app": app, "variant": variant},
    )
    return [ScoreSum(*row) async for row in cursor]
