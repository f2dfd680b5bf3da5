"""The log of an outage: one line at its beginning and one at its end, however often was tried in between."""

from __future__ import annotations

import asyncio
import logging

import pytest

from answerable.core.errors import Unavailable
from answerable.db.database import Database
from answerable.db.outages import Outage
from tests.integration.lockout import locked_out

PATIENCE = 60


async def is_reached(database: Database) -> bool:
    try:
        await database.ping()
    except Unavailable:
        return False
    return True


async def test_an_outage_is_a_line_at_its_beginning_and_one_at_its_end(
    conninfo: str, postgres: str, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = Database(conninfo, wait=0.2), Database(conninfo, wait=0.2)
    await first.open()
    await second.open()
    try:
        assert await is_reached(first)
        assert await is_reached(second)
        caplog.clear()
        with locked_out(conninfo, postgres):
            async with asyncio.timeout(PATIENCE):
                while "cannot be reached" not in caplog.text:
                    assert not await is_reached(first)
            for database in (first, second) * 3:
                assert not await is_reached(database)
        async with asyncio.timeout(PATIENCE):
            while not await is_reached(first) or not await is_reached(second):
                pass
    finally:
        await first.close()
        await second.close()

    told = [record.getMessage() for record in caplog.records if "reached" in record.getMessage()]
    assert len(told) == 2, told
    assert told[0].startswith("The database cannot be reached, and is tried again all the time: ")
    assert "not currently accepting connections" in told[0], "the reason is the server's own"
    assert told[1].startswith("The database can be reached again, after ")
    assert "error connecting" not in caplog.text
    assert "reconnection attempt" not in caplog.text


def test_what_else_goes_wrong_is_still_told() -> None:
    outage = Outage()
    told = logging.makeLogRecord({"msg": "rolling back returned connection: %s", "args": ("c",)})
    broken = logging.makeLogRecord({"msg": "listener error", "exc_info": (ValueError, ValueError("x"), None)})

    assert outage.filter(told)
    assert outage.filter(broken)
