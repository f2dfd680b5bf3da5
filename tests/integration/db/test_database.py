"""The pool: transactions commit or roll back whole, and a lost server is a clean error that passes."""

from __future__ import annotations

import asyncio
import select
import time

import psycopg
import pytest
from psycopg.waiting import MAX_BUSY_TIME

from answerable.core.errors import Unavailable
from answerable.db.database import DISK_FULL, Database


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as tx:
            await tx.execute("INSERT INTO collection (name) VALUES ('docs')")
            raise ZeroDivisionError
    async with database.transaction() as tx:
        row = await (await tx.execute("SELECT count(*) FROM collection")).fetchone()
    assert row == (0,)


async def test_a_killed_connection_is_unavailable_once_and_then_works_again(
    database: Database, conninfo: str
) -> None:
    with pytest.raises(Unavailable):
        async with database.transaction() as tx:
            pid = tx.info.backend_pid
            with psycopg.connect(conninfo, autocommit=True) as admin:
                admin.execute("SELECT pg_terminate_backend(%s, 1000)", (pid,))
            await tx.execute("SELECT 1")
    async with database.transaction() as tx:
        row = await (await tx.execute("SELECT 1")).fetchone()
    assert row == (1,)


async def test_a_message_over_an_idle_connection_does_no_harm(conninfo: str) -> None:
    database = Database(conninfo, max_size=1)
    await database.open()
    try:
        async with database.transaction() as tx:
            pid = tx.info.backend_pid
            await tx.execute("LISTEN news")
        with psycopg.connect(conninfo, autocommit=True) as admin:
            admin.execute("NOTIFY news")
        arrived, _, _ = await asyncio.to_thread(select.select, [tx.fileno()], [], [], 10)
        assert arrived
        async with database.transaction() as tx:
            assert tx.info.backend_pid == pid
    finally:
        await database.close()


async def test_a_full_disk_is_told_as_such(database: Database) -> None:
    with pytest.raises(Unavailable, match="disk of the database is full") as told:
        async with database.transaction() as tx:
            await tx.execute("DO $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = 'disk_full'; END $$")
    assert told.value.code == DISK_FULL


async def test_an_unreachable_database_is_a_clear_error_within_the_wait() -> None:
    database = Database("host=127.0.0.1 port=1 user=nobody dbname=none", wait=0.2)
    await database.open()
    try:
        with pytest.raises(Unavailable, match="cannot be reached"):
            async with database.transaction():
                pass
    finally:
        await database.close()


async def test_single_statements_keep_their_settings_and_leave_an_ordinary_connection(conninfo: str) -> None:
    database = Database(conninfo, max_size=1)
    await database.open()
    try:
        for value in ("3", "5", "5"):
            async with database.statements({"answerable.depth": value}) as connection:
                row = await (await connection.execute("SHOW answerable.depth")).fetchone()
                await connection.execute("INSERT INTO collection (name) VALUES (%s)", (f"at-{value}",))
                with pytest.raises(psycopg.errors.UniqueViolation):
                    await connection.execute("INSERT INTO collection (name) VALUES (%s)", (f"at-{value}",))
                await connection.execute("DELETE FROM collection")
            assert row == (value,)
        with pytest.raises(ZeroDivisionError):
            async with database.transaction() as tx:
                await tx.execute("INSERT INTO collection (name) VALUES ('docs')")
                raise ZeroDivisionError
        async with database.transaction() as tx:
            assert await (await tx.execute("SELECT count(*) FROM collection")).fetchone() == (0,)
    finally:
        await database.close()


async def test_a_connection_that_a_cancellation_left_in_pipeline_mode_is_not_given_again(
    conninfo: str,
) -> None:
    database = Database(conninfo, max_size=1)
    await database.open()
    try:
        with pytest.raises(asyncio.CancelledError):
            async with database.transaction() as tx:
                tx.pgconn.enter_pipeline_mode()
                raise asyncio.CancelledError
        async with database.transaction() as tx:
            async with tx.cursor().copy("COPY collection (name) FROM STDIN") as copy:
                await copy.write("docs\n")
            assert await (await tx.execute("SELECT count(*) FROM collection")).fetchone() == (1,)
    finally:
        await database.close()


async def test_a_cancellation_where_many_rows_begin_is_a_cancellation(conninfo: str) -> None:
    database = Database(conninfo, max_size=1)
    await database.open()

    async def write() -> None:
        async with database.transaction() as tx:
            await tx.execute("SELECT 1")
            task = asyncio.current_task()
            assert task is not None
            task.cancel()  # arrives at the first wait of the last line
            busy_until = time.monotonic() + 2 * MAX_BUSY_TIME  # after which the driver waits before it begins
            while time.monotonic() < busy_until:
                pass
            await tx.cursor().executemany("INSERT INTO collection (name) VALUES (%s)", [("a",), ("b",)])

    try:
        with pytest.raises(asyncio.CancelledError):
            await asyncio.create_task(write())
        async with database.transaction() as tx:
            assert await (await tx.execute("SELECT count(*) FROM collection")).fetchone() == (0,)
    finally:
        await database.close()
