"""The right to erasure: all of it or nothing, whoever kept it, and a log entry that says no name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from answerable.access.audit.service import AuditLog
from answerable.access.audit.types import AuditEntry
from answerable.conversations.types import Owner
from answerable.core.errors import InvalidInput, NotFound
from answerable.core.ids import new_trace_id
from answerable.db.changes import ChangeLog
from answerable.db.database import Connection
from answerable.feedback.types import Score
from answerable.quality.erasure import Eraser, disguise
from answerable.traces.types import Trace
from tests.fakes.tables import list_tables_with
from tests.integration.quality.conftest import Parts, make_run

ANN = Owner(uuid4(), "ann-7f31")


@dataclass
class World:
    """Everything that keeps something of a user."""

    parts: Parts
    eraser: Eraser

    async def say(self, owner: Owner, name: str, *questions: str) -> list[str]:
        """Hold a conversation; return the ids of its answers' traces."""
        opened = await self.parts.conversations.open(owner, name, app="ask")
        ids = [new_trace_id() for _ in questions]
        for question, trace_id in zip(questions, ids, strict=True):
            await self.parts.conversations.append(
                opened.conversation.id, question=question, answer="Yes.", trace_id=trace_id
            )
        return ids

    async def score(self, trace: Trace, **changes: Any) -> None:
        values: dict[str, Any] = {"name": "rating", "source": "user", "value": 1.0}
        score = Score(trace.id, trace.app, trace.variant, trace.started_at, **{**values, **changes})
        async with self.parts.database.transaction() as tx:
            await self.parts.feedback.add_score(tx, score)

    async def is_there(self, trace: Trace) -> bool:
        try:
            await self.parts.traces.get(trace.id)
        except NotFound:
            return False
        return True


def make_eraser(parts: Parts, audit: ChangeLog) -> Eraser:
    return Eraser(
        parts.database,
        traces=parts.traces,
        conversations=parts.conversations,
        of_traces={"scores": parts.feedback},
        of_users={"scores": parts.feedback},
        audit=audit,
    )


@pytest.fixture
def world(parts: Parts) -> World:
    return World(parts, make_eraser(parts, AuditLog(parts.database)))


async def find_entry(parts: Parts) -> AuditEntry:
    (entry,) = (await AuditLog(parts.database).list()).entries
    return entry


async def test_deleting_a_conversation_takes_its_traces_along_and_no_others(world: World) -> None:
    mine = make_run(key_id=ANN.key_id, user=ANN.user, conversation_id="c1")
    failed = mine._replace(id=new_trace_id(), status="error")
    others = [mine._replace(id=new_trace_id(), **change) for change in ({"user": "bob"}, {"user": None})]
    for trace in (mine, failed, *others):
        world.parts.traces.record(trace)
        await world.score(trace)
    await world.say(ANN, "c1", "one")
    report = await world.eraser.erase_conversation(ANN, "c1", by="shop")
    assert report.deleted == {"traces": 2, "conversations": 1, "scores": 2}
    assert [await world.is_there(trace) for trace in (mine, failed, *others)] == [False, False, True, True]
    for trace in others:
        assert await world.parts.names(trace)
    entry = await find_entry(world.parts)
    assert (entry.actor, entry.action, entry.target) == ("shop", "conversation.delete", disguise("c1"))


async def test_a_conversation_that_is_not_there_deletes_nothing(world: World) -> None:
    trace = world.parts.record(key_id=ANN.key_id, user=ANN.user, conversation_id="c1")
    with pytest.raises(NotFound):
        await world.eraser.erase_conversation(ANN, "c1", by="shop")
    assert await world.is_there(trace)
    assert (await AuditLog(world.parts.database).list()).entries == ()


async def test_a_user_is_erased_whichever_key_asked_and_wherever_it_waits(
    world: World, conninfo: str
) -> None:
    parts = world.parts
    mine = [parts.record(user=ANN.user, key_id=key) for key in (ANN.key_id, uuid4(), None)]
    bobs = parts.record(user="bob")
    for trace in (*mine, bobs):
        await world.score(trace)
    await world.score(bobs, name="comment", text="good", by=ANN.user)
    (talked,) = await world.say(ANN, "c1", "one")
    await world.say(Owner(None, ANN.user), "c1", "two")
    await world.say(Owner(ANN.key_id, "bob"), "c1", "three")
    await world.score(mine[0]._replace(id=talked))  # its trace is gone already, the conversation names it
    report = await world.eraser.erase_user(ANN.user, by="ana")
    assert report.deleted == {"traces": 3, "conversations": 2, "scores": 5}
    assert [await world.is_there(trace) for trace in (*mine, bobs)] == [False, False, False, True]
    assert set(await parts.names(bobs)) == {"rating"}
    assert len(await parts.conversations.list_conversations(Owner(ANN.key_id, "bob"))) == 1
    assert list_tables_with(conninfo, ANN.user) == []
    entry = await find_entry(parts)
    assert (entry.actor, entry.action, entry.target) == ("ana", "user.erase", disguise(ANN.user))
    assert entry.details == report.deleted


async def test_what_another_process_still_has_does_not_come_back(world: World) -> None:
    late = make_run(user=ANN.user)
    world.parts.elsewhere.record(late)
    await world.eraser.erase_user(ANN.user, by="ana")
    await world.parts.elsewhere.flush()
    assert not await world.is_there(late)


async def test_all_of_it_or_nothing(world: World) -> None:
    class FullLog:
        async def note(
            self, tx: Connection, *, actor: str, action: str, target: str, details: Mapping[str, Any]
        ) -> None:
            raise RuntimeError("there is no room")

    trace = world.parts.record(user=ANN.user)
    await world.score(trace)
    await world.say(ANN, "c1", "one")
    with pytest.raises(RuntimeError):
        await make_eraser(world.parts, FullLog()).erase_user(ANN.user, by="ana")
    assert await world.is_there(trace)
    assert await world.parts.names(trace)
    assert len(await world.parts.conversations.list_conversations(ANN)) == 1
    report = await world.eraser.erase_user(ANN.user, by="ana")
    assert report.deleted == {"traces": 1, "conversations": 1, "scores": 1}


async def test_again_finds_nothing(world: World) -> None:
    world.parts.record(user=ANN.user)
    await world.eraser.erase_user(ANN.user, by="ana")
    again = await world.eraser.erase_user(ANN.user, by="ana")
    assert set(again.deleted.values()) == {0}


@pytest.mark.parametrize("user", ["", "x" * 201, "a\x00b"])
async def test_who_cannot_be_meant_is_refused(world: World, user: str) -> None:
    world.parts.record()  # of nobody in particular
    with pytest.raises(InvalidInput):
        await world.eraser.erase_user(user, by="ana")
