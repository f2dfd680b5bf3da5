"""A database that lets nobody in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import conninfo_to_dict

_PATIENCE = 60


@contextmanager
def locked_out(conninfo: str, postgres: str) -> Iterator[None]:
    """End all connections to the database of `conninfo`, and let no new ones in; `postgres` is another one.

    A connection that is just being made is not among those of the database yet, and would be let in.
    """
    name = conninfo_to_dict(conninfo)["dbname"]
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        deadline = time.monotonic() + _PATIENCE
        while _end_connections(admin, str(name)):
            assert time.monotonic() < deadline, "somebody is still connected"
        yield
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def _end_connections(admin: psycopg.Connection, name: str) -> bool:
    """Return whether there was a connection to end, or one that might turn out to be."""
    found = admin.execute(
        "SELECT count(pg_terminate_backend(pid)) FILTER (WHERE datname = %s), count(*) FROM pg_stat_activity"
        " WHERE datname = %s OR (datname IS NULL AND backend_type = 'client backend')",
        (name, name),
    ).fetchone()
    assert found is not None
    return bool(found[1])
