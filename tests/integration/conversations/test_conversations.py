"""Conversations: kept whole, private to a key and a user, and gone when they are deleted."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from answerable.conversations.service import ConversationService
from answerable.conversations.types import Owner
from answerable.core.errors import InvalidInput, NotFound
from answerable.core.ids import new_trace_id
from answerable.db.database import Database

ANN = Owner(uuid4(), "ann")


@pytest.fixture
def conversations(database: Database) -> ConversationService:
    return ConversationService(database)


async def _say(conversations: ConversationService, owner: Owner, name: str, *questions: str) -> None:
    opened = await conversations.open(owner, name, app="ask")
    for question in questions:
        assert await conversations.append(
            opened.conversation.id, question=question, answer=f"About {question}", trace_id=new_trace_id()
        )


async def test_turns_come_back_in_order_and_whole(conversations: ConversationService) -> None:
    await _say(conversations, ANN, "c1", "one", "two")
    opened = await conversations.open(ANN, "c1", app="ask")
    assert [(said.number, said.role, said.content) for said in opened.messages] == [
        (0, "user", "one"),
        (1, "assistant", "About one"),
        (2, "user", "two"),
        (3, "assistant", "About two"),
    ]
    assert opened.messages[0].trace_id == opened.messages[1].trace_id
    assert opened.conversation.app == "ask"


@pytest.mark.parametrize(
    "other", [Owner(ANN.key_id, "bob"), Owner(ANN.key_id), Owner(uuid4(), "ann"), Owner()]
)
async def test_nobody_else_can_read_continue_list_or_delete_it(
    conversations: ConversationService, other: Owner
) -> None:
    await _say(conversations, ANN, "c1", "secret")
    with pytest.raises(NotFound):
        await conversations.list_messages(other, "c1")
    with pytest.raises(NotFound):
        await conversations.delete(other, "c1")
    assert await conversations.list_conversations(other) == []
    await _say(conversations, other, "c1", "mine")
    assert len((await conversations.open(other, "c1", app="ask")).messages) == 2
    assert len((await conversations.open(ANN, "c1", app="ask")).messages) == 2


async def test_turns_said_at_once_all_stay_and_none_is_torn_apart(conversations: ConversationService) -> None:
    questions = [str(number) for number in range(20)]
    await asyncio.gather(*(_say(conversations, ANN, "busy", question) for question in questions))
    page = await conversations.list_messages(ANN, "busy")
    assert [said.number for said in page.messages] == list(range(40))
    pairs = list(zip(page.messages[::2], page.messages[1::2], strict=True))
    assert all(answer.content == f"About {question.content}" for question, answer in pairs)
    assert sorted(question.content for question, _ in pairs) == sorted(questions)


async def test_a_long_conversation_is_read_page_by_page_and_opened_at_its_end(
    conversations: ConversationService,
) -> None:
    await _say(conversations, ANN, "long", *(str(number) for number in range(60)))
    first = await conversations.list_messages(ANN, "long", limit=100)
    assert first.next_after == 99
    rest = await conversations.list_messages(ANN, "long", after=99, limit=100)
    assert (len(rest.messages), rest.next_after) == (20, None)
    opened = await conversations.open(ANN, "long", app="ask")
    assert [opened.messages[0].number, opened.messages[-1].number] == [20, 119]


async def test_an_answer_that_comes_after_the_deletion_does_not_bring_it_back(
    conversations: ConversationService, database: Database
) -> None:
    opened = await conversations.open(ANN, "c1", app="ask")
    await _say(conversations, ANN, "c1", "one")
    await conversations.delete(ANN, "c1")
    assert not await conversations.append(opened.conversation.id, question="q", answer="a", trace_id="t")
    with pytest.raises(NotFound):
        await conversations.list_messages(ANN, "c1")
    async with database.transaction() as tx:
        assert await (await tx.execute("SELECT 1 FROM conversation_message")).fetchone() is None


@pytest.mark.parametrize("name", ["", "a b", "a/b", "x" * 201, "a\x00", "\ud800", "ü"])
async def test_a_bad_id_is_refused(conversations: ConversationService, name: str) -> None:
    with pytest.raises(InvalidInput):
        await conversations.open(ANN, name, app="ask")
    with pytest.raises(InvalidInput):
        await conversations.list_messages(ANN, name)


@pytest.mark.parametrize("user", ["a\x00", "\ud800", "x" * 201])
def test_a_user_who_cannot_be_stored_is_refused(user: str) -> None:
    with pytest.raises(InvalidInput):
        Owner(None, user)


async def test_text_that_postgresql_refuses_is_kept_without_what_it_refuses(
    conversations: ConversationService,
) -> None:
    await _say(conversations, ANN, "c1", "a\x00b \ud800")
    assert (await conversations.list_messages(ANN, "c1")).messages[0].content == "a\ufffdb ?"
