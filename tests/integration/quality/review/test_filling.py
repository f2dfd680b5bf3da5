"""Queues fill with the runs that their rules name: each one once, whenever it comes."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from answerable.access.audit.service import AuditLog
from answerable.apps.service import AppService
from answerable.core.tasks import stop
from answerable.quality.queues.filling import QueueFiller
from answerable.reviews.types import Taken
from tests.integration.quality.review.conftest import World


async def test_runs_come_in_as_they_are_made_and_earlier_ones_do_not(world: World) -> None:
    early = world.record(started_at=world.ago(minutes=10))
    queue = await world.make_queue(rule={})
    late = world.record()
    assert [item.trace_id for item in await world.look(queue)] == [late.id]
    second = world.record()
    found = await world.look(queue)
    assert {item.trace_id for item in found} == {late.id, second.id}
    assert {item.reason for item in found} == {"all"}
    taken = await world.filler.fill_past(queue)
    assert taken.added == 1
    assert await world.list_traces(queue) == {early.id, late.id, second.id}
    assert await world.filler.fill_past(queue) == Taken(0, 3, 0)


async def test_only_what_was_served_and_went_well_unless_the_rule_says_otherwise(world: World) -> None:
    queue = await world.make_queue(rule={})
    failures = await world.make_queue(rule={"where": {"status": "error", "purposes": ["serve", "trial"]}})
    good = world.record()
    failed = world.record(status="error", error_code="timeout")
    tried = world.record(purpose="trial", status="error")
    assert [item.trace_id for item in await world.look(queue)] == [good.id]
    assert {item.trace_id for item in await world.look(failures)} == {failed.id, tried.id}


@pytest.mark.parametrize(
    ("selector", "fits", "reason"),
    [
        (
            {"verdict": "unsupported"},
            {"verdicts": {"supported": 2, "unsupported": 1}},
            "unsupported sentence",
        ),
        ({"retrieval_below": 0.3}, {"retrieval_score": 0.2}, "low retrieval score"),
    ],
)
async def test_what_a_run_is_like_puts_it_in(
    world: World, selector: dict[str, Any], fits: dict[str, Any], reason: str
) -> None:
    queue = await world.make_queue(rule={"any": [selector]})
    world.record(verdicts={"supported": 3}, retrieval_score=0.9)
    fitting = world.record(**fits)
    found = await world.look(queue)
    assert [(item.trace_id, item.reason) for item in found] == [(fitting.id, reason)]


async def test_conditions_are_those_of_a_filter_of_traces(world: World) -> None:
    queue = await world.make_queue(
        rule={"where": {"app": "other", "user": "ann", "min_cost_usd": 0.01, "text": "lantern"}}
    )
    fits: dict[str, Any] = {
        "app": "other",
        "user": "ann",
        "cost_usd": Decimal("0.02"),
        "output": "A lantern is lit.",
    }
    right = world.record(**fits)
    for change in ({"app": "ask"}, {"user": "bob"}, {"cost_usd": Decimal("0.001")}, {"output": "Dark."}):
        world.record(**{**fits, **change})
    assert [item.trace_id for item in await world.look(queue)] == [right.id]


async def test_a_random_share_is_the_same_on_every_look(world: World, random_half: dict[str, Any]) -> None:
    queue = await world.make_queue(rule=random_half)
    traces = [world.record() for _ in range(200)]
    chosen = {item.trace_id for item in await world.look(queue)}
    assert 60 <= len(chosen) <= 140
    assert chosen < {trace.id for trace in traces}
    taken = await world.filler.fill_past(queue)
    assert (taken.added, taken.known) == (0, len(chosen))
    other = await world.make_queue(rule=random_half)
    await world.filler.fill_past(other)
    assert await world.list_traces(other) != chosen


async def test_a_run_that_is_written_late_is_found_by_a_later_look(world: World) -> None:
    queue = await world.make_queue(rule={})
    began = world.clock.now()
    await world.look(queue, seconds=30)
    late = world.record(started_at=began + timedelta(seconds=1))
    assert await world.look(queue, seconds=1) == []
    assert [item.trace_id for item in await world.look(queue, seconds=60)] == [late.id]


async def test_a_thumb_puts_a_run_in_at_once_however_late_it_comes(world: World) -> None:
    queue = await world.make_queue(rule={"where": {"app": "ask"}, "any": [{"thumb": "down"}]})
    disliked, liked, elsewhere = world.record(), world.record(), world.record(app="other")
    assert await world.look(queue, seconds=3 * 86_400) == []
    await world.score(disliked, "thumb", 0.0, source="user")
    await world.score(liked, "thumb", 1.0, source="user")
    await world.score(elsewhere, "thumb", 0.0, source="user")
    found = await world.look(queue)
    assert [(item.trace_id, item.reason) for item in found] == [(disliked.id, "thumb down")]


@pytest.mark.parametrize(
    ("rule", "other"),
    [
        ({"judge": "helpful"}, {"name": "thumb", "source": "user"}),
        ({"judge": "helpful", "other": "human"}, {"name": "helpful", "source": "human"}),
        ({"judge": "helpful", "other": "correct"}, {"name": "correct", "source": "judge"}),
    ],
)
async def test_a_judge_and_others_who_are_apart_put_a_run_in(
    world: World, rule: dict[str, Any], other: dict[str, Any]
) -> None:
    queue = await world.make_queue(rule={"any": [{"disagreement": {**rule, "apart": 0.6}}]})
    apart, near, alone = world.record(), world.record(), world.record()
    for trace in (apart, near, alone):
        await world.score(trace, "helpful", 0.8, evaluator="judge")
    await world.score(apart, value=0.0, **other)
    await world.score(near, value=1.0, **other)
    found = await world.look(queue)
    assert [(item.trace_id, item.reason) for item in found] == [(apart.id, "judge disagreement")]
    past = await world.make_queue(rule={"any": [{"disagreement": {**rule, "apart": 0.6}}]})
    await world.filler.fill_past(past)
    assert await world.list_traces(past) == {apart.id}


async def test_the_first_runs_of_each_app_are_the_oldest(world: World) -> None:
    queue = await world.make_queue(rule={"any": [{"first": {"count": 2, "per": "app"}}]})
    traces = {app: [world.record(app=app) for _ in range(4)] for app in ("ask", "other")}
    first = {trace.id for runs in traces.values() for trace in runs[:2]}
    assert {item.trace_id for item in await world.look(queue)} == first
    world.record()
    assert {item.trace_id for item in await world.look(queue)} == first


async def test_quotas_hold_for_each_app_over_all_ways_in(world: World) -> None:
    queue = await world.make_queue(
        rule={"any": [{"verdict": "unsupported"}, {"random": 1.0}], "quota": {"per": "app", "count": 3}}
    )
    for app in ("ask", "other"):
        for _ in range(5):
            world.record(app=app, verdicts={"unsupported": 1})
    found = await world.look(queue)
    assert sorted(item.slice for item in found) == ["ask"] * 3 + ["other"] * 3
    await world.filler.fill_past(await world.reviews.get(queue.name))
    assert len(await world.list_items(queue)) == 6


async def test_slices_have_names_and_numbers_of_their_own(world: World) -> None:
    queue = await world.make_queue(
        rule={
            "slices": [
                {"name": "lantern", "where": {"text": "lantern"}, "count": 2},
                {"name": "rest", "count": 1},
            ]
        }
    )
    for _ in range(3):
        world.record(output="A lantern.")
        world.record(output="A bell.")
    found = await world.look(queue)
    assert sorted(item.slice for item in found) == ["lantern", "lantern", "rest"]


async def test_a_queue_that_cannot_be_filled_says_why_and_the_others_go_on(world: World) -> None:
    broken = await world.make_queue(name="a-broken", rule={"where": {"text": "?!"}})
    whole = await world.make_queue(name="b-whole", rule={})
    trace = world.record()
    await world.traces.flush()
    world.clock.advance(5)
    await world.filler.fill_all()
    assert "has no word in it" in (await world.reviews.get(broken.name)).problem
    assert await world.list_traces(whole) == {trace.id}


async def test_a_paused_queue_takes_nothing_in_and_catches_up_later(world: World) -> None:
    queue = await world.make_queue(rule={})
    await world.reviews.set_state(queue.name, "paused")
    trace = world.record()
    await world.traces.flush()
    world.clock.advance(5)
    await world.filler.fill_all()
    assert await world.list_items(queue) == []
    await world.reviews.set_state(queue.name, "open")
    await world.filler.fill_all()
    assert await world.list_traces(queue) == {trace.id}


async def test_several_servers_fill_at_once_in_the_background(world: World) -> None:
    queue = await world.make_queue(rule={"quota": {"per": "app", "count": 15}})
    apps = AppService(world.database, default_app="ask", clock=world.clock, audit=AuditLog(world.database))
    await apps.load()
    another = QueueFiller(
        reviews=world.reviews,
        traces=world.traces,
        feedback=world.feedback,
        apps=apps,
        clock=world.clock,
        pause=0.05,
    )
    servers = [asyncio.create_task(filler.run()) for filler in (world.filler, another)]
    async with asyncio.timeout(60):
        for _ in range(40):
            world.record()
        world.clock.advance(10)
        while True:
            if len(await world.list_items(queue)) >= 15:
                break
            await asyncio.sleep(0.05)
    for server in servers:
        await stop(server)
    assert len(await world.list_items(queue)) == 15
