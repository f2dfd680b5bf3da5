"""Several people at one queue: nobody gets another's item, nothing is labelled twice, nothing said is lost."""

from __future__ import annotations

import asyncio

import pytest

from answerable.core.errors import Conflict, InvalidFields, NotFound
from answerable.reviews.types import Held
from tests.integration.reviews.conftest import Desk
from tests.integration.reviews.specs import NO, YES, make_candidates


async def test_items_come_by_priority_and_then_in_their_order(desk: Desk) -> None:
    candidates = [*make_candidates(2), *make_candidates(1, priority=5)]
    queue = await desk.make_queue(candidates=candidates)
    taken = [(await desk.label_next(queue, "ann", YES)).item.trace_id for _ in range(3)]
    assert taken == [candidates[2].trace_id, candidates[0].trace_id, candidates[1].trace_id]
    assert await desk.next(queue, "ann") is None


async def test_two_annotators_at_once_never_get_the_same_item(desk: Desk) -> None:
    queue = await desk.make_queue(30)

    async def work_all(annotator: str) -> list[int]:
        done = []
        while (held := await desk.next(queue, annotator)) is not None:
            await desk.save(queue, held.item, annotator, YES)
            done.append(held.item.id)
        return done

    done = await asyncio.gather(*(work_all(name) for name in ("ann", "bob", "cyn", "dan")))
    everything = [item for part in done for item in part]
    assert sorted(everything) == sorted(set(everything))
    assert len(everything) == 30


async def test_many_who_ask_at_the_same_moment_never_hold_more_than_there_is_room_for(desk: Desk) -> None:
    queue = await desk.make_queue(2, lock_minutes=1)
    people = [f"p{number}" for number in range(12)]
    for _ in range(25):
        taken = await asyncio.gather(*(desk.next(queue, name) for name in people))
        items = [held.item.id for held in taken if held is not None]
        assert len(items) == len(set(items)) == 2
        desk.clock.advance(61)


async def test_an_item_for_two_is_held_by_two_at_most_and_by_nobody_twice(desk: Desk) -> None:
    queue = await desk.make_queue(1, annotators=2)
    held = await asyncio.gather(*(desk.next(queue, name) for name in ("ann", "bob", "cyn", "dan")))
    holders = [name for name, one in zip(("ann", "bob", "cyn", "dan"), held, strict=True) if one is not None]
    first, second = holders
    item = await desk.take(queue, first)
    assert (await desk.save(queue, item, first, YES)).item.state == "open"
    assert await desk.next(queue, first) is None
    assert (await desk.save(queue, item, second, YES)).item.state == "done"


async def test_a_page_that_is_reloaded_gets_the_same_item_and_one_that_looks_ahead_another(
    desk: Desk,
) -> None:
    queue = await desk.make_queue(3)
    first = await desk.take(queue, "ann")
    assert (await desk.take(queue, "ann")).id == first.id
    ahead = await desk.take(queue, "ann", first.id)
    assert ahead.id != first.id
    assert (await desk.take(queue, "ann", first.id)).id == ahead.id
    assert (await desk.take(queue, "bob")).id not in {first.id, ahead.id}


async def test_a_lock_that_runs_out_lets_another_take_the_item_and_the_first_is_told(desk: Desk) -> None:
    queue = await desk.make_queue(1, lock_minutes=15)
    item = await desk.take(queue, "ann")
    desk.clock.advance(14 * 60)
    assert await desk.next(queue, "bob") is None
    desk.clock.advance(2 * 60)
    assert (await desk.take(queue, "bob")).id == item.id
    with pytest.raises(Conflict) as lost:
        await desk.save(queue, item, "ann", YES)
    assert lost.value.code == "lock_lost"
    assert (await desk.save(queue, item, "bob", NO)).item.final == NO
    assert [said.annotator for said in await desk.service.list_annotations([item.id])] == ["bob"]


async def test_what_is_saved_late_counts_when_nobody_took_the_item(desk: Desk) -> None:
    queue = await desk.make_queue(1)
    item = await desk.take(queue, "ann")
    desk.clock.advance(3600)
    assert (await desk.save(queue, item, "ann", YES)).item.state == "done"


async def test_a_lock_is_kept_for_as_long_as_it_is_renewed(desk: Desk) -> None:
    queue = await desk.make_queue(1, lock_minutes=1)
    item = await desk.take(queue, "ann")
    for _ in range(5):
        desk.clock.advance(50)
        async with desk.database.transaction() as tx:
            await desk.work.renew(tx, queue, item.id, "ann")
        assert await desk.next(queue, "bob") is None
    desk.clock.advance(61)
    await desk.take(queue, "bob")
    with pytest.raises(Conflict, match="somebody else"):
        async with desk.database.transaction() as tx:
            await desk.work.renew(tx, queue, item.id, "ann")


async def test_what_is_skipped_goes_to_others_and_what_is_released_comes_again(desk: Desk) -> None:
    queue = await desk.make_queue(2)
    first = await desk.take(queue, "ann")
    async with desk.database.transaction() as tx:
        await desk.work.skip(tx, queue, first.id, "ann")
    second = await desk.take(queue, "ann")
    assert second.id != first.id
    async with desk.database.transaction() as tx:
        await desk.work.release(tx, queue, second.id, "ann")
    assert (await desk.take(queue, "bob")).id == first.id
    assert (await desk.take(queue, "ann")).id == second.id


async def test_saving_twice_changes_nothing_and_saving_something_else_is_refused(desk: Desk) -> None:
    queue = await desk.make_queue(1, annotators=2)
    item = await desk.take(queue, "ann")
    first = await desk.save(queue, item, "ann", YES)
    again = await desk.save(queue, item, "ann", YES)
    assert again.annotation.id == first.annotation.id
    assert again.item.annotations == 1
    with pytest.raises(Conflict) as refused:
        await desk.save(queue, item, "ann", NO)
    assert refused.value.code == "already_annotated"


async def test_wrong_labels_are_refused_all_at_once_and_nothing_is_saved(desk: Desk) -> None:
    queue = await desk.make_queue(1)
    item = await desk.take(queue, "ann")
    with pytest.raises(InvalidFields) as wrong:
        await desk.save(queue, item, "ann", {"fault": "olde", "correkt": True})
    assert {problem.at for problem in wrong.value.problems} == {"correct", "fault", "correkt"}
    assert "Did you mean 'correct'?" in str(wrong.value)
    assert await desk.service.list_annotations([item.id]) == []
    assert (await desk.take(queue, "ann")).id == item.id


async def test_what_was_said_last_is_taken_back_and_said_anew(desk: Desk) -> None:
    queue = await desk.make_queue(2)
    item = await desk.take(queue, "ann")
    await desk.save(queue, item, "ann", YES)
    undone = await desk.undo(queue, "ann")
    assert (undone.held.item.id, undone.held.item.state, undone.held.mine) == (item.id, "open", YES)
    assert undone.final == YES
    assert (await desk.take(queue, "bob")).id != item.id
    assert (await desk.save(queue, item, "ann", NO)).item.final == NO
    with pytest.raises(NotFound) as nothing:
        await desk.undo(queue, "cyn")
    assert nothing.value.code == "nothing_to_undo"


async def test_people_who_disagree_leave_the_item_to_an_adjudicator_who_has_the_last_word(desk: Desk) -> None:
    queue = await desk.make_queue(1, annotators=2)
    await desk.label_next(queue, "ann", YES)
    disputed = (await desk.label_next(queue, "bob", NO)).item
    assert (disputed.state, disputed.final) == ("disputed", None)
    assert await desk.next(queue, "cyn") is None
    decided = await desk.adjudicate(queue, disputed, "dan", NO)
    assert (decided.state, decided.final, decided.settled_by) == ("done", NO, "dan")
    assert (await desk.adjudicate(queue, decided, "eve", YES)).final == YES
    with pytest.raises(Conflict, match="eve has decided"):
        await desk.undo(queue, "bob")


async def test_nobody_decides_what_nobody_disputes(desk: Desk) -> None:
    queue = await desk.make_queue(1)
    item = (await desk.label_next(queue, "ann", YES)).item
    with pytest.raises(Conflict) as calm:
        await desk.adjudicate(queue, item, "dan", NO)
    assert calm.value.code == "not_disputed"


async def test_most_of_three_decide_where_the_queue_says_so(desk: Desk) -> None:
    queue = await desk.make_queue(1, annotators=3, settle="majority")
    for annotator, labels in (("ann", YES), ("bob", NO), ("cyn", {"correct": True, "fault": "old"})):
        saved = await desk.label_next(queue, annotator, labels)
    assert saved.item.state == "done"
    assert saved.item.final == YES


async def test_gold_questions_are_mixed_in_for_everybody_and_never_used_up(desk: Desk) -> None:
    queue = await desk.make_queue(
        candidates=[*make_candidates(60), *make_candidates(12, gold=YES)], annotators=2, gold_share=0.25
    )
    for annotator in ("ann", "bob"):
        seen: list[Held] = []
        for _ in range(60):
            held = await desk.next(queue, annotator)
            assert held is not None
            await desk.save(queue, held.item, annotator, YES if annotator == "ann" else NO)
            seen.append(held)
        gold = [held for held in seen if held.item.gold is not None]
        assert 3 <= len(gold) <= 12
        assert len({held.item.id for held in seen}) == 60
    facts = {one.annotator: one for one in await desk.service.list_annotators(queue)}
    assert facts["ann"].gold == 1.0
    assert facts["bob"].gold == 0.0
    assert (await desk.service.count(queue)).gold == 12


async def test_without_ordinary_items_there_is_nothing_to_mix_gold_into(desk: Desk) -> None:
    queue = await desk.make_queue(candidates=make_candidates(20, gold=YES), gold_share=0.5)
    assert [await desk.next(queue, f"annotator {number}") for number in range(20)] == [None] * 20


async def test_an_item_that_is_gone_says_so(desk: Desk) -> None:
    queue = await desk.make_queue(1)
    item = await desk.take(queue, "ann")
    async with desk.database.transaction() as tx:
        assert await desk.service.delete_of_traces(tx, [item.trace_id, "0" * 32]) == 1
    with pytest.raises(NotFound) as gone:
        await desk.save(queue, item, "ann", YES)
    assert gone.value.code == "unknown_item"
