"""Scores and their sums: one of the same from the same, and the sums fit whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from answerable.core.errors import Conflict
from answerable.core.ids import new_id, new_trace_id
from answerable.db.database import Database
from answerable.feedback.service import FeedbackService
from answerable.feedback.types import Level, Score
from tests.integration.feedback.scores import AT, make_score


async def add(database: Database, *scores: Score, replaced: Sequence[Score] = ()) -> None:
    async with database.transaction() as tx:
        await FeedbackService(database).add_scores(tx, scores, replaced=replaced)


async def sums(database: Database, level: Level = "hour") -> dict[tuple[str, str], tuple[int, float]]:
    found = await FeedbackService(database).sum_scores(
        level, since=AT - timedelta(days=400), until=AT + timedelta(days=400)
    )
    return {(entry.name, entry.variant): (entry.count, entry.total) for entry in found}


async def test_a_changed_thumb_takes_the_old_one_out_of_every_sum(database: Database) -> None:
    up = make_score()
    await add(database, up, make_score())
    assert await sums(database) == {("thumb", up.variant): (2, 2.0)}
    await add(database, replace(up, value=0.0, label="down", id=new_id()))
    for level in ("minute", "hour", "day"):
        assert await sums(database, level) == {("thumb", up.variant): (2, 1.0)}
    scores = await FeedbackService(database).list_scores(up.trace_id)
    assert [(score.value, score.label) for score in scores] == [(0.0, "down")]


async def test_a_score_counts_in_the_minute_hour_and_day_of_its_answer(database: Database) -> None:
    await add(database, make_score())
    service = FeedbackService(database)
    for level, bucket in (
        ("minute", AT.replace(second=0)),
        ("hour", AT.replace(minute=0, second=0)),
        ("day", AT.replace(hour=0, minute=0, second=0)),
    ):
        found = await service.sum_scores(level, since=bucket, until=bucket + timedelta(seconds=1))  # type: ignore[arg-type]
        assert [entry.bucket for entry in found] == [bucket]
        assert await service.sum_scores(level, since=bucket - timedelta(days=9), until=bucket) == []  # type: ignore[arg-type]


async def test_what_is_replaced_is_gone_from_the_sums(database: Database) -> None:
    kept, gone = make_score(), make_score(name="rating", value=4.0)
    await add(database, kept, gone)
    await add(database, replaced=[gone])
    assert await sums(database) == {("thumb", kept.variant): (1, 1.0)}
    assert await FeedbackService(database).list_scores(gone.trace_id) == ()


async def test_two_at_once_are_one(database: Database) -> None:
    score = make_score()
    await asyncio.gather(*(add(database, replace(score, value=float(i % 2), id=new_id())) for i in range(8)))
    [(count, total)] = (await sums(database)).values()
    [left] = await FeedbackService(database).list_scores(score.trace_id)
    assert (count, total) == (1, left.value)


async def test_many_traces_scored_at_once_from_all_sides_do_not_lock_each_other_up(
    database: Database,
) -> None:
    traces = [new_trace_id() for _ in range(20)]

    def batch(order: int) -> list[Score]:
        return [
            make_score(trace_id=trace, name=name, by=str(order))
            for trace in traces[::order]
            for name in ("a", "b")[::order]
        ]

    await asyncio.gather(*(add(database, *batch(order)) for order in (1, -1) for _ in range(4)))
    assert await sums(database) == {(name, "main@0123456789ab"): (40, 40.0) for name in ("a", "b")}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from("ab"), st.sampled_from([None, 0.0, 1.0, 2.5])),
        max_size=8,
    )
)
async def test_the_sums_are_those_of_the_scores(
    database: Database, steps: list[tuple[int, str, float | None]]
) -> None:
    run = new_id().hex
    traces = [new_trace_id() for _ in range(3)]
    for trace, name, value in steps:
        await add(database, make_score(trace_id=traces[trace], variant=run, name=name, value=value))
    held = [s for trace in traces for s in await FeedbackService(database).list_scores(trace)]
    expected = {
        (name, run): (len(of), sum(score.value or 0 for score in of))
        for name in {score.name for score in held}
        if (of := [score for score in held if score.name == name])
    }
    assert {key: value for key, value in (await sums(database)).items() if key[1] == run} == expected


async def test_an_idempotency_key_finds_what_it_left_and_is_not_for_another_answer(
    database: Database,
) -> None:
    service, key_id = FeedbackService(database), new_id()
    score = make_score(key_id=key_id, idempotency_key="k1")
    await add(database, score)
    async with database.transaction() as tx:
        earlier = await service.find_earlier(tx, score.trace_id, key_id=key_id, idempotency_key="k1")
        assert [found.id for found in earlier] == [score.id]
        assert not await service.find_earlier(tx, score.trace_id, key_id=new_id(), idempotency_key="k1")
        with pytest.raises(Conflict) as caught:
            await service.find_earlier(tx, new_trace_id(), key_id=key_id, idempotency_key="k1")
    assert caught.value.code == "idempotency_key_reused"


async def test_a_text_that_postgresql_refuses_is_kept_without_what_it_refuses(database: Database) -> None:
    score = make_score(name="comment", value=None, text="a\x00b\ud800", by="u\x00")
    await add(database, score)
    [found] = await FeedbackService(database).list_scores(score.trace_id)
    assert (found.text, found.by) == ("a\ufffdb?", "u\ufffd")


async def test_deleting_leaves_the_sums(database: Database) -> None:
    service = FeedbackService(database)
    one, other = make_score(), make_score(by="ann")
    await add(database, one, other)
    before = await sums(database)
    async with database.transaction() as tx:
        assert await service.delete_of_traces(tx, [one.trace_id]) == 1
        assert await service.delete_of_user(tx, "ann") == 1
    assert await sums(database) == before
    for score in (one, other):
        assert await service.list_scores(score.trace_id) == ()


async def test_scores_go_when_the_traces_of_their_app_do(database: Database) -> None:
    service = FeedbackService(database)
    old, kept = make_score(), make_score(app="kept", variant="other@0123456789ab")
    await add(database, old, kept)
    keep_days = {"ask": 30, "kept": 0}
    assert await service.delete_old(keep_days.__getitem__, AT + timedelta(days=31)) == 0
    assert await service.delete_old(keep_days.__getitem__, AT + timedelta(days=32)) == 1
    assert await service.list_scores(old.trace_id) == ()
    assert len(await service.list_scores(kept.trace_id)) == 1
    assert await sums(database, "minute") == {}
    assert await sums(database, "day") == {
        ("thumb", old.variant): (1, 1.0),
        ("thumb", kept.variant): (1, 1.0),
    }
