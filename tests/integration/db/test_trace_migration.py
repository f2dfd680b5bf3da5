"""A database of an earlier release: its traces are kept, and counted in the roll-ups."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from psycopg.conninfo import make_conninfo
from sqlalchemy import create_engine

import answerable.db
from answerable.db.database import Database
from answerable.db.migrate import migrate
from answerable.traces.service import TraceService

ROWS = """
INSERT INTO trace (id, started_at, duration_ms, app, variant, variant_hash, status, user_id, conversation_id, model,
                   input, output, raw, sources, attempts, timings, usage, cost_usd, cached, abstained, verdicts,
                   error_code)
SELECT md5(number::text), now() - make_interval(hours => number), 100, 'ask', 'main@1', 'h',
       CASE number % 10 WHEN 0 THEN 'error' ELSE 'ok' END, 'user' || number % 3, 'c', 'm', '{"input": {"q": "x"}}',
       'answer', '{}', '{a,b}', '[{"model": "m", "start_ms": 0, "duration_ms": 9}]', '{}',
       '{"input_tokens": 10, "output_tokens": 2}', CASE number % 4 WHEN 0 THEN NULL ELSE 0.5 END, false, false,
       '{"supported": 1}', CASE number % 10 WHEN 0 THEN 'unavailable' END
FROM generate_series(1, 2000) AS number
"""


@pytest.fixture
def old(postgres: str) -> Iterator[str]:
    """The connection string of a database of the release before, with 2,000 hours of traces."""
    name = f"old_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        conninfo = make_conninfo(postgres, dbname=name)
        engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo))
        config = Config()
        config.set_main_option("script_location", str(Path(answerable.db.__path__[0]) / "migrations"))
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "0007")
            connection.exec_driver_sql(ROWS.replace("%", "%%"))
        engine.dispose()
        yield conninfo
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def test_traces_of_an_earlier_release_are_kept(old: str) -> None:
    migrate(old)
    database = Database(old)
    await database.open()
    service = TraceService(database)
    await service.drop_old()
    found = [trace async for batch in service.iterate() for trace in batch]
    assert len(found) == 2000
    assert (found[0].app, found[0].output, found[0].sources) == ("ask", "answer", ("a", "b"))
    assert (found[0].attempts[0].model, found[0].usage.total, found[0].purpose) == ("m", 12, "serve")
    totals = (await service.sum_by_app(hours=20))["ask"]
    assert (totals.runs, totals.failed, float(totals.cost_usd), totals.unpriced) == (20, 2, 7.5, 5)
    await database.close()


def test_sums_are_made_for_what_was_there(old: str) -> None:
    migrate(old)
    with psycopg.connect(old) as connection:
        usage = "SELECT sum(requests), sum(errors), sum(input_tokens), sum(cost_usd), sum(supported) FROM usage_rollup"
        assert connection.execute(f"{usage} WHERE level = 'day'").fetchone() == (2000, 200, 20_000, 750, 2000)
        assert connection.execute(f"{usage} WHERE level = 'hour'").fetchone() == (
            2000,
            200,
            20_000,
            750,
            2000,
        )
        minutes = connection.execute(f"{usage} WHERE level = 'minute'").fetchone()
        assert minutes is not None
        assert minutes[0] in {71, 72}
        users = connection.execute(
            "SELECT sum(requests), count(DISTINCT user_id) FROM user_rollup"
        ).fetchone()
        assert users == (2000, 3)
        latencies = connection.execute("SELECT DISTINCT bin FROM latency_rollup").fetchall()
        assert latencies == [(47,)]
        errors = connection.execute("SELECT sum(count) FROM error_rollup WHERE level = 'day'").fetchone()
        assert errors == (200,)
        assert connection.execute("SELECT to_regclass('trace_old')").fetchone() == (None,)


def test_a_database_without_traces_is_brought_along(old: str) -> None:
    with psycopg.connect(old) as connection:
        connection.execute("TRUNCATE trace")
    migrate(old)
    with psycopg.connect(old) as connection:
        assert connection.execute("SELECT count(*) FROM trace").fetchone() == (0,)


def test_partitions_old_and_new_are_analysed_by_few_rows(old: str) -> None:
    migrate(old)
    with psycopg.connect(old) as connection:
        connection.execute("SELECT create_trace_partitions(7::smallint, '2026-01-01'::date)")
        targets = connection.execute(
            """SELECT DISTINCT coalesce(attstattarget, 100) FROM pg_attribute WHERE attnum > 0 AND attrelid IN (
                SELECT relid FROM pg_partition_tree('trace') WHERE isleaf
                UNION ALL SELECT relid FROM pg_partition_tree('span_part') WHERE isleaf
                UNION ALL SELECT indexrelid FROM pg_index JOIN pg_partition_tree('trace') ON indrelid = relid
                WHERE isleaf AND indexprs IS NOT NULL)"""
        ).fetchall()
    assert sorted(targets) == [(0,), (10,)]
