"""Migrations at start: brings the schema to the newest revision, and looks first whether it is there already.

The look costs a millisecond; Alembic, SQLAlchemy and procrastinate cost a third of a second to import, which every
command would pay, so `db.upgrading` is imported only when there is something to do.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from answerable.core.errors import SetupError

CONNECT_SECONDS: Final = 10
MIGRATIONS: Final = Path(__file__).parent / "migrations"
_UPGRADING: Final = "answerable.db.upgrading"
_QUEUE: Final = "procrastinate"


def migrate(conninfo: str) -> None:
    """Bring the schema to the newest revision (blocking). A second process waits, then finds nothing to do.

    Raises SetupError when the database cannot be reached or does not allow it.
    """
    _check_form(conninfo)
    if not _is_current(conninfo):
        import_module(_UPGRADING).upgrade(conninfo)


def _check_form(conninfo: str) -> None:
    """Raises SetupError for what is no address of PostgreSQL, without its text: a password may stand in it."""
    try:
        conninfo_to_dict(conninfo)
    except psycopg.ProgrammingError:
        raise SetupError(
            "DATABASE_URL is not the address of a PostgreSQL.",
            hint="Write it as postgresql://USER:PASSWORD@HOST:PORT/NAME, without the name of a driver.",
        ) from None


def list_queue_steps() -> dict[str, Path]:
    """Return the steps of the queue's own schema by name, the first first. The queue is not imported for that."""
    spec = find_spec(_QUEUE)
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).with_name("sql") / "migrations"
    return {path.name: path for path in sorted(folder.glob("*.sql"))}


def _is_current(conninfo: str) -> bool:
    """Tell whether all revisions and all steps of the queue ran. What cannot be read is for `upgrading` to tell."""
    newest = max(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]
    try:
        with psycopg.connect(conninfo, connect_timeout=CONNECT_SECONDS) as connection:
            revisions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
            steps = connection.execute("SELECT name FROM queue_migration").fetchall()
    except psycopg.Error:
        return False
    return revisions == [(newest,)] and list_queue_steps().keys() <= {name for (name,) in steps}
