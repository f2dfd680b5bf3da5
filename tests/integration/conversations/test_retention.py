"""Conversations go when nothing was said in them for as long as their app keeps what is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from answerable.conversations.retention import ConversationRetention
from answerable.conversations.service import ConversationService
from answerable.conversations.types import Owner
from answerable.db.database import Database
from tests.fakes.clock import FixedClock

ANN = Owner(uuid4(), "ann")


@pytest.mark.parametrize(("days", "left"), [(9, {"kept", "short"}), (11, {"kept"})])
async def test_a_conversation_goes_with_the_last_thing_said_in_it(
    database: Database, days: int, left: set[str]
) -> None:
    conversations = ConversationService(database)
    for app in ("kept", "short"):
        await conversations.open(ANN, app, app=app)
    retention = ConversationRetention(
        database,
        keep_days=lambda app: 10 if app == "short" else 0,
        clock=FixedClock(datetime.now(UTC) + timedelta(days=days)),
    )

    assert await retention.run() == 2 - len(left)
    assert {one.name for one in await conversations.list_conversations(ANN)} == left
