"""Feedback on answers: by key, by token, on a message; late, early, twice, forged, and of somebody else."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from answerable.conversations.types import Owner
from answerable.core.errors import Conflict, InvalidInput, NotFound, RateLimited, TooLarge
from answerable.core.ids import new_id, new_trace_id
from answerable.core.signing import Signer, TokenExpired, TokenInvalid
from answerable.feedback.tokens import FeedbackTokens
from answerable.quality.given import MAX_COMMENT, Given
from answerable.quality.scoring import to_subject
from answerable.traces.types import Trace
from tests.integration.quality.conftest import Parts, make_principal, make_run

UP, DOWN = Given(thumb="up"), Given(thumb="down")


async def shown(parts: Parts, trace: Trace) -> tuple[int | None, bool | None]:
    """Return what the trace itself shows."""
    found = await parts.traces.get(trace.id, span_id=trace.span_id)
    return found.thumb, found.accepted


async def test_a_thumb_shows_on_its_trace_and_the_later_one_replaces_it(parts: Parts) -> None:
    trace = parts.record()
    principal = make_principal(trace.key_id)
    first = await parts.intake.give(principal, trace.id, UP)
    assert (first.accepted, first.attached) == (True, True)
    assert await shown(parts, trace) == (1, True)
    await parts.intake.give(principal, trace.id, DOWN)
    assert await shown(parts, trace) == (-1, False)
    assert await parts.names(trace) == {"thumb": 0.0, "accepted": 0.0}
    await parts.intake.give(principal, trace.id, Given(thumb="none"))
    assert await shown(parts, trace) == (None, None)
    assert await parts.names(trace) == {}


async def test_two_users_have_a_thumb_each(parts: Parts) -> None:
    trace = parts.record(user="ann")
    principal = make_principal(trace.key_id)
    await parts.intake.give(principal, trace.id, UP)
    await parts.intake.give(principal, trace.id, DOWN, user="bob")
    scores = await parts.feedback.list_scores(trace.id)
    assert {(score.by, score.value) for score in scores if score.name == "thumb"} == {
        ("ann", 1.0),
        ("bob", 0.0),
    }
    assert await shown(parts, trace) == (-1, False)


async def test_an_idempotency_key_replaces_the_whole_request(parts: Parts) -> None:
    trace, other = parts.record(), make_run()
    parts.traces.record(other)
    principal = make_principal(trace.key_id, "developer")
    for _ in range(2):
        await parts.intake.give(
            principal, trace.id, Given(thumb="up", comment="good"), user="ann", idempotency_key="k"
        )
    assert await parts.names(trace) == {"thumb": 1.0, "comment": None, "accepted": 1.0}
    await parts.intake.give(principal, trace.id, DOWN, user="bob", idempotency_key="k")
    assert await parts.names(trace) == {"thumb": 0.0, "accepted": 0.0}
    parts.traces.record(same_key := make_run(key_id=trace.key_id))
    with pytest.raises(Conflict):
        await parts.intake.give(principal, same_key.id, UP, idempotency_key="k")
    await parts.intake.give(principal, other.id, UP, idempotency_key="k")  # of another key


@pytest.mark.parametrize("case", ["unknown", "expired", "other tenant", "other session", "no id"])
async def test_a_trace_that_is_not_ones_own_is_not_there(parts: Parts, case: str) -> None:
    age = timedelta(days=100 if case == "expired" else 0)
    trace = parts.record(user="ann", started_at=parts.clock.now() - age)
    await parts.traces.flush()
    await parts.traces.drop_old()
    named = {"unknown": new_trace_id(), "no id": "x" * 70}.get(case, trace.id)
    principal = make_principal(None if case == "other tenant" else trace.key_id)
    if case == "other session":
        principal = make_principal(trace.key_id, session=new_id(), app="ask", user="bob")
    with pytest.raises(NotFound) as caught:
        await parts.intake.give(principal, named, UP)
    assert caught.value.code == "unknown_trace"
    assert caught.value.hint
    assert await parts.names(trace) == {}


async def test_a_developer_speaks_of_any_answer(parts: Parts) -> None:
    trace = parts.record()
    await parts.intake.give(make_principal(None, "developer"), trace.id, DOWN)
    assert await shown(parts, trace) == (-1, False)


async def test_a_trace_shared_by_two_tenants_gives_each_its_own_run(parts: Parts) -> None:
    """Whoever sends the `traceparent` of somebody else takes nothing away from them, and speaks of no run of theirs."""
    mine = parts.record()
    theirs = parts.record(id=mine.id, started_at=mine.started_at - timedelta(seconds=5))
    await parts.intake.give(make_principal(mine.key_id), mine.id, UP)
    await parts.intake.give(make_principal(theirs.key_id), theirs.id, DOWN)
    assert await shown(parts, mine) == (1, True)
    assert await shown(parts, theirs) == (-1, False)


async def test_feedback_on_a_message_of_a_conversation(parts: Parts) -> None:
    trace = parts.record(user="ann", conversation_id="c1")
    owner = Owner(trace.key_id, "ann")
    opened = await parts.conversations.open(owner, "c1", app="ask")
    await parts.conversations.append(
        opened.conversation.id, question="How tall?", answer="46 m.", trace_id=trace.id
    )
    principal = make_principal(trace.key_id)
    for message in (0, 1):
        await parts.intake.give_on_message(principal, "c1", message, UP, user="ann")
    assert await parts.names(trace) == {"thumb": 1.0, "accepted": 1.0}
    for conversation, message, user in (("c1", 2, "ann"), ("c2", 0, "ann"), ("c1", 0, "bob")):
        with pytest.raises(NotFound):
            await parts.intake.give_on_message(principal, conversation, message, UP, user=user)


async def test_a_token_needs_no_key_and_comes_weeks_later(parts: Parts) -> None:
    trace = parts.record(user="ann")
    token = parts.tokens.issue(to_subject(trace))
    parts.clock.advance(29 * 86_400)
    await parts.intake.give_by_token(token, Given(rating=2, comment="Old."))
    assert await parts.names(trace) == {"rating": 2.0, "comment": None, "accepted": 0.0}
    assert {score.by for score in await parts.feedback.list_scores(trace.id) if score.source == "user"} == {
        "ann"
    }
    parts.clock.advance(2 * 86_400)
    with pytest.raises(TokenExpired):
        await parts.intake.give_by_token(token, UP)


async def test_a_forged_token_is_refused(parts: Parts) -> None:
    trace = parts.record()
    token = parts.tokens.issue(to_subject(trace))
    foreign = FeedbackTokens(Signer(b"x" * 32), clock=parts.clock, days=30).issue(to_subject(trace))
    session = Signer(b"s" * 32).sign("session", {"t": trace.id}, parts.clock.now() + timedelta(days=1))
    body, tag = token.split(".")
    for forged in (foreign, session, "", "x", f"{body}x.{tag}", f"{body}.{tag[:-1]}", f"{body}.", "é" * 99):
        with pytest.raises(TokenInvalid):
            await parts.intake.give_by_token(forged, UP)
    assert await parts.names(trace) == {}


async def test_feedback_before_its_trace_is_kept_and_shown_on_it_later(parts: Parts) -> None:
    trace = make_run()
    token = parts.tokens.issue(to_subject(trace))
    first = await parts.intake.give_by_token(token, Given(thumb="up", final_text="It is 46 metres tall."))
    assert not first.attached
    assert await parts.names(trace) == {"thumb": 1.0, "final_text": None, "accepted": 1.0}
    parts.elsewhere.record(trace)
    await parts.elsewhere.flush()
    async with parts.deriver.opened(), asyncio.timeout(30):
        while await shown(parts, trace) != (1, True):  # noqa: ASYNC110  another task writes it
            await asyncio.sleep(0.02)
    assert (await parts.names(trace))["edit_similarity"] == 1.0
    assert await parts.feedback.take_awaited() == []


async def test_the_text_that_was_used_tells_how_much_of_the_answer_was_kept(parts: Parts) -> None:
    trace = parts.record(output="It is 46 metres tall. [1]")
    principal = make_principal(trace.key_id)
    await parts.intake.give(principal, trace.id, Given(final_text="It is 46 metres tall."))
    assert await parts.names(trace) == {"final_text": None, "edit_similarity": 1.0, "accepted": 1.0}
    await parts.intake.give(principal, trace.id, Given(final_text="We do not know, ask the harbour master."))
    names = await parts.names(trace)
    assert (names["edit_similarity"] or 0) < 0.3
    assert "accepted" not in names


async def test_feedback_on_one_answer_by_token_is_bounded(parts: Parts) -> None:
    token = parts.tokens.issue(to_subject(parts.record()))
    with pytest.raises(RateLimited) as caught:
        for _ in range(20):
            await parts.intake.give_by_token(token, UP)
    assert "This answer" in caught.value.detail or "this answer" in caught.value.detail


def test_bad_feedback_says_what_is_wrong() -> None:
    cases: list[dict[str, Any]] = [{}, {"comment": ""}, {"rating": 0}, {"rating": 6}]
    for bad in cases:
        with pytest.raises(InvalidInput) as caught:
            Given(**bad)
        assert caught.value.hint
    with pytest.raises(TooLarge):
        Given(comment="x" * (MAX_COMMENT + 1))
