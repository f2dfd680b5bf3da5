"""Queues as records: made, filled within their numbers, counted, deleted."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from answerable.access.audit.service import AuditLog
from answerable.core.errors import Conflict, NotFound
from answerable.reviews.types import Taken
from tests.integration.reviews.conftest import Desk
from tests.integration.reviews.specs import BEGAN, NO, YES, make_candidates, make_spec


async def test_a_queue_comes_back_as_it_was_made(desk: Desk) -> None:
    spec = make_spec(
        rule={
            "where": {"app": "ask", "since": "2026-01-01T00:00:00Z", "min_cost_usd": "0.001"},
            "any": [{"random": 0.1}, {"disagreement": {"judge": "helpful", "apart": 0.4}, "priority": 3}],
            "quota": {"per": "variant", "count": 5},
        },
        annotators=3,
        blind=True,
        settle="majority",
    )
    made = await desk.service.create(spec, by="ana")
    assert await desk.service.get(spec.name) == made
    assert made.spec == spec
    with pytest.raises(Conflict) as twice:
        await desk.service.create(spec, by="bob")
    assert twice.value.code == "queue_exists"
    assert [queue.name for queue in await desk.service.list_queues()] == [spec.name]


async def test_an_unknown_queue_is_not_found_and_the_one_that_was_meant_is_named(desk: Desk) -> None:
    await desk.service.create(make_spec(name="support"), by="ana")
    with pytest.raises(NotFound) as unknown:
        await desk.service.get("suport")
    assert (unknown.value.code, unknown.value.hint) == ("unknown_queue", "Did you mean 'support'?")


async def test_a_run_is_in_a_queue_at_most_once_however_often_and_by_how_many_it_is_added(desk: Desk) -> None:
    queue = await desk.make_queue()
    candidates = make_candidates(50)
    taken = await asyncio.gather(*(desk.service.add(queue, candidates) for _ in range(4)))
    assert sum((one.added for one in taken), 0) == 50
    assert sum((one.known for one in taken), 0) == 150
    assert await desk.service.add(queue, [candidates[0], candidates[0]]) == Taken(0, 2, 0)
    assert (await desk.service.count(queue)).items == 50


async def test_a_number_of_a_group_holds_whoever_adds_at_the_same_time(desk: Desk) -> None:
    queue = await desk.make_queue()
    batches = [make_candidates(8, slice="billing") for _ in range(5)]
    await asyncio.gather(
        *(desk.service.add(queue, batch, group="slice/billing", most=20) for batch in batches)
    )
    full = await desk.service.add(queue, make_candidates(3), group="slice/billing", most=20)
    assert full == Taken(0, 0, 3)
    await desk.service.add(queue, make_candidates(3), group="slice/other", most=20)
    progress = await desk.service.count(queue)
    assert (progress.items, progress.slices) == (23, {"billing": 20})
    assert (await desk.service.get(queue.name)).taken == {"slice/billing": 20, "slice/other": 3}


async def test_a_position_never_goes_back(desk: Desk) -> None:
    queue = await desk.make_queue()
    later, earlier = BEGAN + timedelta(hours=2), BEGAN - timedelta(hours=2)
    await desk.service.note_problem(queue, "The search took too long.")
    assert (await desk.service.get(queue.name)).problem == "The search took too long."
    await desk.service.note_position(queue, looked=[later, earlier, later, BEGAN], scored=later)
    await desk.service.note_position(queue, looked=[earlier] * 4, scored=earlier)
    found = await desk.service.get(queue.name)
    assert found.looked == (later, queue.looked[1], later, queue.looked[3])
    assert (found.scored, found.problem) == (later, "")


async def test_progress_is_counted(desk: Desk) -> None:
    queue = await desk.make_queue(
        candidates=[*make_candidates(4), *make_candidates(1, gold=YES)], annotators=2
    )
    await desk.label_next(queue, "ann", YES)
    await desk.label_next(queue, "bob", YES)
    await desk.label_next(queue, "ann", YES)
    await desk.label_next(queue, "bob", NO)
    progress = await desk.service.count(queue)
    assert replace(progress, slices={}) == replace(
        progress, items=4, open=2, disputed=1, done=1, gold=1, annotations=4, slices={}
    )


async def test_items_are_listed_page_by_page(desk: Desk) -> None:
    queue = await desk.make_queue(25)
    seen: list[int] = []
    after: int | None = 0
    while after is not None:
        batch = await desk.service.list_items(queue, after=after, limit=10)
        seen += [item.id for item in batch.items]
        after = batch.next_after
    assert len(seen) == 25
    assert seen == sorted(set(seen))
    assert (await desk.service.list_items(queue, state="done")).items == []


async def test_a_queue_is_deleted_with_all_that_was_said_in_it(desk: Desk) -> None:
    queue = await desk.make_queue(2)
    item = (await desk.label_next(queue, "ann", YES)).item
    await desk.service.delete(queue.name, by="ana")
    assert await desk.service.list_annotations([item.id]) == []
    (entry,) = (await AuditLog(desk.database).list()).entries
    assert (entry.actor, entry.action, entry.target) == ("ana", "queue.delete", queue.name)
    assert entry.details == {"items": 2, "annotations": 1}
    with pytest.raises(NotFound):
        await desk.service.delete(queue.name, by="ana")
    with pytest.raises(NotFound):
        await desk.service.add(queue, make_candidates(1))


async def test_agreement_and_annotators_of_a_queue(desk: Desk) -> None:
    queue = await desk.make_queue(12, annotators=2)
    for number in range(12):
        await desk.label_next(queue, "ann", YES if number % 2 else NO, seconds=10 + number)
        await desk.label_next(queue, "bob", YES if number % 2 or number == 0 else NO, seconds=5)
    report = await desk.service.report_agreement(queue)
    correct = report.labels[0]
    assert (report.items, correct.label, correct.items, correct.raters) == (12, "correct", 12, 2)
    pair = correct.pairs[0]
    assert (pair.first, pair.second) == ("ann", "bob")
    assert pair.kappa.value == pytest.approx(1 - (1 / 12) / (0.5 * 7 / 12 + 0.5 * 5 / 12))
    assert pair.kappa.low is not None
    assert pair.kappa.low < (pair.kappa.value or 0) < 1
    assert correct.alpha.value is not None
    assert await desk.service.report_agreement(queue) == report
    facts = {one.annotator: one for one in await desk.service.list_annotators(queue)}
    assert (facts["ann"].items, facts["ann"].median_seconds, facts["bob"].median_seconds) == (12, 15.5, 5)
    assert facts["ann"].agrees == 1.0
    assert facts["ann"].gold is None
