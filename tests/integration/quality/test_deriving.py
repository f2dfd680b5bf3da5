"""What users do next becomes signals of the answer before: once, whatever is killed, in any order of arrival."""

from __future__ import annotations

from datetime import timedelta

from answerable.core.ids import new_id
from answerable.quality.given import Given
from answerable.quality.scoring import to_subject
from answerable.traces.types import Trace
from tests.integration.quality.conftest import Parts, make_run


def after(trace: Trace, question: str, *, seconds: float = 30, **changes: object) -> Trace:
    """Return what the same key and user asked later."""
    return make_run(
        question,
        **{
            "key_id": trace.key_id,
            "user": trace.user,
            "conversation_id": trace.conversation_id,
            "started_at": trace.started_at + timedelta(seconds=seconds),
            **changes,
        },
    )


async def test_a_question_asked_again_rejects_the_answer_before(parts: Parts) -> None:
    first = parts.record(user="ann")
    again = after(first, "how tall is the tower??")
    parts.traces.record(again)
    await parts.derive()
    assert await parts.names(first) == {"retry": 1.0, "accepted": 0.0}
    assert await parts.names(again) == {}
    assert (await parts.traces.get(first.id)).accepted is False
    assert parts.embedded == []  # the words alone tell


async def test_a_retry_is_found_in_whatever_order_the_traces_are_written(parts: Parts) -> None:
    first = make_run(user="ann")
    parts.traces.record(after(first, "How tall is the tower"))
    await parts.derive()
    parts.traces.record(first)
    await parts.derive()
    assert (await parts.names(first))["retry"] == 1.0


async def test_what_is_no_retry(parts: Parts) -> None:
    first = parts.record(user="ann")
    same = "How tall is the tower?"
    for other in (
        after(first, same, user="bob"),
        after(first, same, key_id=new_id()),
        after(first, same, app="other"),
        after(first, same, seconds=301),
        after(first, same, seconds=0.5),  # while the first was still answered
        after(first, same, purpose="trial"),
        after(first, "How tall is tower 2?"),
    ):
        parts.traces.record(other)
    nobody = parts.record("What is the speed limit?")
    parts.traces.record(after(nobody, "What is the speed limit?"))
    await parts.derive()
    assert await parts.names(first) == {}
    assert await parts.names(nobody) == {}


async def test_a_contradiction_counts_in_its_conversation_and_right_after_the_answer(parts: Parts) -> None:
    first = parts.record(conversation_id="c1")
    denied = after(first, "No, that's wrong, it is the other tower.")
    elsewhere = after(first, "That is wrong.", conversation_id="c2", seconds=40)
    late = after(first, "That is not correct.", seconds=60)
    for trace in (denied, elsewhere, late):
        parts.traces.record(trace)
    await parts.derive()
    assert await parts.names(first) == {"contradicted": 1.0, "accepted": 0.0}
    assert await parts.names(denied) == {"contradicted": 1.0, "accepted": 0.0}
    assert await parts.names(elsewhere) == {}


async def test_a_stream_that_nobody_waited_for_is_abandoned(parts: Parts) -> None:
    gone = parts.record(status="cancelled", output="")
    await parts.derive()
    assert await parts.names(gone) == {"abandoned": 1.0, "accepted": 0.0}


async def test_what_was_said_outweighs_what_is_derived(parts: Parts) -> None:
    first = parts.record(user="ann")
    await parts.intake.give_by_token(parts.tokens.issue(to_subject(first)), Given(thumb="up"))
    parts.traces.record(after(first, "How tall is the tower?"))
    await parts.derive()
    assert await parts.names(first) == {"thumb": 1.0, "retry": 1.0, "accepted": 1.0}


async def test_nothing_is_derived_twice(parts: Parts) -> None:
    first = parts.record(user="ann")
    parts.traces.record(after(first, "How tall is the tower?"))
    await parts.derive()
    async with parts.database.transaction() as tx:
        await tx.execute(
            "INSERT INTO signal_queue (trace_id, span_id) SELECT trace_id, span_id FROM asked_run"
        )
    await parts.derive()
    found = await parts.feedback.sum_scores(
        "day", since=first.started_at - timedelta(days=2), until=first.started_at + timedelta(days=1)
    )
    assert {(entry.name, entry.count) for entry in found} == {("retry", 1), ("accepted", 1)}


async def test_a_run_that_was_leased_by_a_server_that_died_comes_again(parts: Parts) -> None:
    gone = parts.record(status="cancelled")
    await parts.traces.flush()
    async with parts.database.transaction() as tx:
        await tx.execute("UPDATE signal_queue SET leased_until = now() + interval '1 minute'")
    await parts.derive()
    assert await parts.names(gone) == {}
    async with parts.database.transaction() as tx:
        await tx.execute("UPDATE signal_queue SET leased_until = now() - interval '1 second'")
    await parts.derive()
    assert (await parts.names(gone))["abandoned"] == 1.0


async def test_an_erased_trace_has_no_scores_and_is_not_waited_for(parts: Parts) -> None:
    first = parts.record(user="ann")
    parts.traces.record(after(first, "How tall is the tower?"))
    await parts.derive()
    async with parts.database.transaction() as tx:
        erased = await parts.traces.erase_user(tx, "ann")
        assert await parts.feedback.delete_of_traces(tx, erased) == 2
        await parts.feedback.delete_of_user(tx, "ann")
        cursor = await tx.execute(
            "SELECT (SELECT count(*) FROM asked_run) + (SELECT count(*) FROM signal_queue)"
        )
        assert await cursor.fetchone() == (0,)
    assert await parts.names(first) == {}
