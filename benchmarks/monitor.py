"""The Monitor page's and the usage report's data over the roll-ups of a million runs.

    python -m benchmarks.monitor [--runs N] [--keys N]

The roll-ups are filled by SQL with what the writer would have added, in the order of time: 30 days of runs of 5 apps
with 4 variants each, of 3 models and `--keys` keys an app; a second time with 200 keys, where the rows of an hour
hardly repeat. They are read by the services that the API and the console call, answers to JSON included.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psycopg

from answerable.access.audit.service import AuditLog
from answerable.access.limits import RateLimiter
from answerable.access.service import AccessService
from answerable.api.rendering.series import render_series
from answerable.api.rendering.usage import render_usage
from answerable.apps.service import AppService
from answerable.core.clock import SystemClock
from answerable.db.database import Database
from answerable.db.embedded import EmbeddedPostgres
from answerable.db.migrate import migrate
from answerable.monitoring.series.grid import ROLLUPS_KEPT
from answerable.monitoring.series.types import SeriesFilter
from answerable.monitoring.service import MonitorService
from answerable.monitoring.usage.service import UsageService
from answerable.monitoring.usage.types import DIMENSIONS
from answerable.traces.rollups.bins import GAMMA
from benchmarks.report import write_result

DAYS: Final = 30
ROUNDS: Final = 40
MANY_KEYS: Final = 200

_RUNS: Final = """
CREATE TEMP TABLE run AS
SELECT now() - %(days)s * interval '1 day' * random() AS at, 'app' || n %% 5 AS app,
       'v' || (random() * 3.49)::int || '@' || substr(md5((n %% 5)::text), 1, 12) AS variant,
       'openai:model' || (random() * 2.49)::int AS model, 'docs' || n %% 5 AS collection,
       (n %% 5) || '-' || floor(random() * %(keys)s) AS key_id,
       CASE WHEN random() < 0.9 THEN 'serve' ELSE 'judge' END AS purpose,
       random() < 0.02 AS failed, random() < 0.1 AS cached, 'user' || floor(random() * 20000) AS user_id,
       exp(7 + random_normal()) AS ms
FROM generate_series(1, %(runs)s) AS n;

CREATE TEMP VIEW levelled AS
SELECT l.level, date_trunc(l.level, at, 'UTC') AS bucket, r.*
FROM run r, (VALUES ('minute', interval '3 days'), ('hour', NULL), ('day', NULL)) AS l (level, kept)
WHERE l.kept IS NULL OR r.at > now() - l.kept;

INSERT INTO usage_rollup
SELECT level, bucket, app, variant, 'production', model, collection, key_id, purpose, count(*),
       count(*) FILTER (WHERE failed), 0, count(*) FILTER (WHERE cached), 0, count(*) * 900, 0, count(*) * 200, 0,
       count(*) * 0.0012, 0, 0, count(*) * 3, 0, count(*) / 10, 0
FROM levelled GROUP BY 1, 2, 3, 4, 6, 7, 8, 9 ORDER BY bucket, md5(key_id);

INSERT INTO app_rollup
SELECT level, bucket, app, variant, purpose, sum(requests), sum(errors), sum(cancelled), sum(cached), sum(abstained),
       sum(input_tokens), sum(cached_input_tokens), sum(output_tokens), sum(reasoning_tokens), sum(cost_usd),
       sum(unpriced), sum(saved_usd), sum(supported), sum(partial), sum(unsupported), sum(unchecked)
FROM usage_rollup GROUP BY 1, 2, 3, 4, 5 ORDER BY bucket, md5(app || variant);

INSERT INTO latency_rollup
SELECT level, bucket, app, variant, measure, ceil(ln(ms * part) / ln(%(gamma)s)), count(*)
FROM levelled, (VALUES ('duration', 1.0), ('first_token', 0.3)) AS m (measure, part)
WHERE purpose = 'serve' GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY bucket, md5(app || variant || measure);

INSERT INTO error_rollup
SELECT level, bucket, app, variant, 'upstream_failed', count(*) FROM levelled
WHERE failed AND purpose = 'serve' GROUP BY 1, 2, 3, 4;

INSERT INTO user_rollup
SELECT (at AT TIME ZONE 'UTC')::date, app, user_id, count(*), count(*) FILTER (WHERE failed), count(*) * 1100,
       count(*) * 0.0012, 0
FROM run GROUP BY 1, 2, 3;

INSERT INTO score_rollup
SELECT level, bucket, app, variant, name, source, count(*) / 10, count(*) / 20
FROM levelled, (VALUES ('thumb', 'user'), ('accepted', 'code')) AS s (name, source)
WHERE purpose = 'serve' GROUP BY 1, 2, 3, 4, 5, 6;
"""


def fill(conninfo: str, *, runs: int, keys: int) -> dict[str, int]:
    """Fill the roll-ups, and return how many rows each has."""
    with psycopg.connect(conninfo, autocommit=True, cursor_factory=psycopg.ClientCursor) as database:
        tables = (
            "usage_rollup",
            "app_rollup",
            "latency_rollup",
            "error_rollup",
            "user_rollup",
            "score_rollup",
        )
        database.execute(f"TRUNCATE {', '.join(tables)}")
        database.execute("DROP VIEW IF EXISTS levelled; DROP TABLE IF EXISTS run")
        database.execute(_RUNS, {"runs": runs, "days": DAYS, "keys": keys, "gamma": GAMMA})
        rows = {}
        for table in tables:
            database.execute(f"VACUUM (ANALYZE) {table}")
            found = database.execute(f"SELECT count(*) FROM {table}").fetchone()
            assert found is not None
            rows[table] = int(found[0])
    return rows


async def measure(conninfo: str) -> dict[str, dict[str, float]]:
    """Return milliseconds by what was asked for."""
    database, clock = Database(conninfo), SystemClock()
    await database.open()
    audit = AuditLog(database)
    apps = AppService(database, default_app="app0", clock=clock, audit=audit)
    access = AccessService(database, limiter=RateLimiter(per_minute=0, clock=clock), clock=clock, audit=audit)
    monitor = MonitorService(database, apps, kept=ROLLUPS_KEPT, clock=clock)
    usage = UsageService(database, access, kept=ROLLUPS_KEPT, clock=clock)
    now = datetime.now(UTC)

    def look(length: timedelta, filter: SeriesFilter, zone: str) -> Callable[[], Awaitable[str]]:
        async def read() -> str:
            series = await monitor.get_series(filter, since=now - length, until=now, zone=zone)
            return json.dumps(render_series(series))

        return read

    def report(by: Any) -> Callable[[], Awaitable[str]]:
        async def read() -> str:
            since, until = (now - timedelta(days=DAYS)).date(), (now + timedelta(days=1)).date()
            return json.dumps(render_usage(await usage.get_usage(by, since=since, until=until)))

        return read

    looks = {
        "monitor, 1 hour": look(timedelta(hours=1), SeriesFilter(), "Europe/Berlin"),
        "monitor, 1 day": look(timedelta(days=1), SeriesFilter(), "Europe/Berlin"),
        "monitor, 7 days": look(timedelta(days=7), SeriesFilter(), "Europe/Berlin"),
        "monitor, 30 days": look(timedelta(days=30), SeriesFilter(), "Europe/Berlin"),
        "monitor, 30 days, one app": look(timedelta(days=30), SeriesFilter(app="app1"), "Europe/Berlin"),
        "monitor, 1 year": look(timedelta(days=365), SeriesFilter(), "Europe/Berlin"),
        **{f"usage by {by}, 30 days": report(by) for by in DIMENSIONS},
    }
    try:
        return {name: await _time(read) for name, read in looks.items()}
    finally:
        await database.close()


async def _time(read: Callable[[], Awaitable[str]]) -> dict[str, float]:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await read()
        times.append((time.perf_counter() - began) * 1000)
    return {
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(statistics.quantiles(times, n=20)[18], 1),
        "kb": round(len(await read()) / 1000, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--keys", type=int, default=4)
    chosen = parser.parse_args()
    result: dict[str, object] = {"runs": chosen.runs, "days": DAYS, "rounds": ROUNDS}
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder:
        server = EmbeddedPostgres(Path(folder))
        conninfo = server.start()
        try:
            migrate(conninfo)
            for keys in (chosen.keys, MANY_KEYS):
                rows = fill(conninfo, runs=chosen.runs, keys=keys)
                result[f"{keys} keys an app"] = {"rows": rows, "ms": asyncio.run(measure(conninfo))}
                print(json.dumps(result[f"{keys} keys an app"], indent=2), flush=True)
        finally:
            server.stop()
    print(write_result("monitor", result))


if __name__ == "__main__":
    main()
