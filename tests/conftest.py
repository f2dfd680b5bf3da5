"""Fixtures for all levels. The database is the embedded one: one server a test process, a fresh database a test."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import psutil
import psycopg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings
from psycopg.conninfo import make_conninfo

from answerable.db.database import Database
from answerable.db.embedded import EmbeddedPostgres
from answerable.db.migrate import migrate

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

TEMPLATE = "answerable_template"
_MEMORY = Path("/dev/shm")
_DISK_BYTES = 2 << 30
_MEMORY_BYTES = 6 << 30
"""What must be free there and in all: a server with one test's database takes some 200 MB, and two may run."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The connection string of a server that lives as long as the test process, with a migrated template."""
    folder = Path(tempfile.mkdtemp(prefix="answerable-test-", dir=_find_memory()))
    server = EmbeddedPostgres(folder)
    conninfo = server.start()
    with psycopg.connect(conninfo, autocommit=True) as admin:
        # Tests need no durability against a power cut, and run faster without.
        admin.execute("ALTER SYSTEM SET fsync = off")
        admin.execute("ALTER SYSTEM SET max_wal_size = '256MB'")
        admin.execute("SELECT pg_reload_conf()")
        admin.execute(f"CREATE DATABASE {TEMPLATE}")
    migrate(make_conninfo(conninfo, dbname=TEMPLATE))
    yield conninfo
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


def _find_memory() -> Path | None:
    """Return a folder in memory where there is plenty of it, else None, which is the usual place.

    A database is 1,500 files. On a disk, making them takes twenty times as long, and longer than most tests.
    """
    if not (_MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)):
        return None
    free = shutil.disk_usage(_MEMORY).free
    return _MEMORY if free >= _DISK_BYTES and psutil.virtual_memory().available >= _MEMORY_BYTES else None


@pytest.fixture
def conninfo(postgres: str) -> Iterator[str]:
    """The connection string of a fresh, migrated database of this test's own."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
        yield make_conninfo(postgres, dbname=name)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture
async def database(conninfo: str) -> AsyncIterator[Database]:
    """An open pool on this test's database."""
    database = Database(conninfo)
    await database.open()
    yield database
    await database.close()
