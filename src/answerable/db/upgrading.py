"""Plain SQL in Alembic revisions, run by one process at a time."""

from __future__ import annotations

import psycopg
from alembic import command
from alembic.config import Config
from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from answerable.core.errors import SetupError
from answerable.db.migrate import CONNECT_SECONDS, MIGRATIONS, list_queue_steps

_LOCK = 0x616E7377  # "answ": the advisory lock that every process takes before it migrates


def upgrade(conninfo: str) -> None:
    """Run what has not run yet (blocking). A second process waits, then finds nothing to do.

    Raises SetupError when the database cannot be reached or does not allow it.
    """
    try:
        _upgrade(conninfo)
    except DBAPIError as error:
        raise SetupError(
            f"The database cannot be used: {' '.join(str(error.orig).split())}",
            hint="Check that PostgreSQL runs there, that its disk has space, and that it has the extension `vector`.",
        ) from error


def _upgrade(conninfo: str) -> None:
    engine = create_engine("postgresql+psycopg://", creator=lambda: _connect(conninfo), poolclass=NullPool)
    with engine.connect() as guard:
        guard.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        guard.commit()  # the lock is the session's; an open transaction would only hold back vacuum
        try:
            with engine.begin() as connection:
                _upgrade_own_schema(connection)
                _upgrade_queue_schema(connection)
        finally:
            guard.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
    engine.dispose()


def _connect(conninfo: str) -> psycopg.Connection:
    return psycopg.connect(conninfo, connect_timeout=CONNECT_SECONDS)


def _upgrade_own_schema(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _upgrade_queue_schema(connection: Connection) -> None:
    """Procrastinate ships its whole schema and the steps between releases, but keeps no record of what ran."""
    connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS queue_migration (name text PRIMARY KEY)")
    done = set(connection.exec_driver_sql("SELECT name FROM queue_migration").scalars())
    steps = list_queue_steps()
    if not done:
        _run_script(connection, SchemaManager.get_schema())
    else:
        for name in sorted(steps.keys() - done):
            _run_script(connection, steps[name].read_text(encoding="utf-8"))
    for name in sorted(steps.keys() - done):
        connection.execute(text("INSERT INTO queue_migration VALUES (:name)"), {"name": name})


def _run_script(connection: Connection, sql: str) -> None:
    """Run several statements at once, without the driver reading `%` as a placeholder."""
    driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.execute(sql)
