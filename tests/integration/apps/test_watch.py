"""Several servers on one database: what one changes the others know within a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import psycopg
import pytest_asyncio
from psycopg.conninfo import conninfo_to_dict

from answerable.access.audit.service import AuditLog
from answerable.apps.service import AppService
from answerable.db.database import Database
from tests.fakes.clock import FixedClock
from tests.integration.apps.files import make_file


async def until(fact: Callable[[], bool], *, within: float = 10.0) -> None:
    """Wait for something to be true: long before the half minute after which a silent line is mistrusted."""
    started = time.monotonic()
    while not fact():
        assert time.monotonic() - started < within, "it did not come true"
        await asyncio.sleep(0.005)


@pytest_asyncio.fixture
async def other(conninfo: str) -> AsyncIterator[AppService]:
    """A second server, with a pool of its own, that has loaded nothing by itself but watches."""
    database = Database(conninfo, wait=0.3)
    await database.open()
    service = AppService(database, default_app="listing", clock=FixedClock(), audit=AuditLog(database))
    async with service.watched():
        yield service
    await database.close()


async def test_another_server_sees_an_apply_and_a_moved_label_within_a_second(
    apps: AppService, other: AppService
) -> None:
    await apps.apply([make_file(photo="Describe it.", terse="Be brief.")], by="ci")
    await until(lambda: other.list_apps() != ())
    assert other.get_variant() == apps.get_variant()
    await apps.move_label("listing", "production", "terse", by="ana", reason="Half the tokens.")
    await until(lambda: other.get_variant().name == "terse")


async def test_a_change_that_is_rolled_back_is_never_seen(
    apps: AppService, other: AppService, database: Database
) -> None:
    await apps.apply([make_file(photo="Describe it.")], by="ci")
    await until(lambda: other.list_apps() != ())
    async with database.transaction() as tx:
        await tx.execute("UPDATE app SET description = 'never'")
        await tx.rollback()
    await apps.move_label("listing", "candidate", "photo", by="ana", reason="A change to wait for.")
    await until(lambda: "candidate" in other.get_app("listing").labels)
    assert other.get_app("listing").description == ""


async def test_a_lost_connection_is_made_again_and_what_was_missed_is_taken_in(
    apps: AppService, other: AppService, conninfo: str, postgres: str
) -> None:
    """The database is away for a while, and an app changes before the watcher is back."""
    await apps.apply([make_file(photo="Describe it.", terse="Be brief.")], by="ci")
    await until(lambda: other.list_apps() != ())
    name = conninfo_to_dict(conninfo)["dbname"]
    with psycopg.connect(conninfo) as kept, psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> %s",
            (name, kept.info.backend_pid),
        )
        await asyncio.to_thread(until_gone, admin, str(name))
        assert other.get_variant().name == "photo"  # what was loaded last answers meanwhile
        kept.execute(
            "UPDATE label SET variant = 'terse', hash = (SELECT hash FROM variant WHERE name = 'terse')"
        )
        kept.commit()
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    await until(lambda: other.get_variant().name == "terse")
    await apps.move_label("listing", "production", "photo", by="ana", reason="It listens again.")
    await until(lambda: other.get_variant().name == "photo")


def until_gone(admin: psycopg.Connection, database: str) -> None:
    """Wait until only the one connection that was spared is left."""
    deadline = time.monotonic() + 30
    while True:
        row = admin.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s", (database,)
        ).fetchone()
        if row == (1,):
            return
        assert time.monotonic() < deadline
        time.sleep(0.01)


async def test_many_changes_at_once_end_in_the_last_state(apps: AppService, other: AppService) -> None:
    await apps.apply(
        [make_file(prompts={f"v{number}": f"Prompt {number}." for number in range(10)})], by="ci"
    )
    for number in range(10):
        await apps.move_label("listing", "production", f"v{(number + 1) % 10}", by="ana", reason=f"{number}")
    await until(lambda: other.list_apps() == apps.list_apps())


async def test_the_watch_ends_when_its_context_does(database: Database, clock: FixedClock) -> None:
    service = AppService(database, default_app="listing", clock=clock, audit=AuditLog(database))
    async with service.watched():
        pass
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "apps watch"]
