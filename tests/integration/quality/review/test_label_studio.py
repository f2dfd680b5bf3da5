"""A queue goes to Label Studio and comes back with everything said in it."""

from __future__ import annotations

from typing import Any

import pytest

from answerable.core.errors import Conflict, InvalidFields
from answerable.reviews.types import Queue
from tests.integration.quality.review.conftest import World
from tests.integration.quality.review.test_desk import GOOD, LABELS, take


async def export(world: World, queue: Queue) -> list[dict[str, Any]]:
    return [task async for task in world.exchange.export(queue)]


async def make_labelled(world: World) -> Queue:
    """Return a queue of three: one agreed, one disputed, one gold question."""
    for _ in range(3):
        world.record(output="The 🗼 is lit.")
    await world.traces.flush()
    queue = await world.make_queue(rule={}, labels=LABELS, annotators=2)
    await world.filler.fill_past(queue)
    gold = (await world.list_items(queue))[2]
    await world.desk.set_gold(queue, gold.id, GOOD)
    spans = [{"start": 4, "end": 5, "label": "wrong"}]
    for annotator in ("ann", "bob"):
        for number in range(2):
            labels = {**GOOD, "parts": spans, "correct": annotator == "ann" or number == 0}
            item = (await take(world, queue, annotator)).item
            await world.desk.save(queue, item.id, annotator, labels, seconds=3)
    return queue


async def test_everything_said_comes_back_into_another_queue(world: World) -> None:
    queue = await make_labelled(world)
    tasks = await export(world, queue)
    assert [task["meta"]["state"] for task in tasks] == ["done", "disputed", "open"]
    assert tasks[0]["data"]["question"] == "How far is the light seen?"
    other = await world.make_queue(labels=LABELS, annotators=2)
    imported = await world.exchange.import_tasks(other, tasks)
    assert (imported.items, imported.annotations, imported.known) == (3, 4, 0)

    def strip(tasks: list[dict[str, Any]]) -> list[Any]:
        """Leave what was said; numbers, and why an item is there, are of each queue."""
        said = [
            [
                (one["completed_by"], one["result"], one["lead_time"], one["ground_truth"])
                for one in task["annotations"]
            ]
            for task in tasks
        ]
        return [
            (task["data"], task["meta"]["state"], task["meta"]["final"], one)
            for task, one in zip(tasks, said, strict=True)
        ]

    assert strip(await export(world, other)) == strip(tasks)
    again = await world.exchange.import_tasks(other, tasks)
    assert (again.items, again.annotations, again.known) == (0, 0, 4)


async def test_a_task_of_a_trace_that_is_not_here_stops_the_whole_import(world: World) -> None:
    queue = await make_labelled(world)
    tasks = await export(world, queue)
    tasks[1]["data"]["trace_id"] = "f" * 32
    other = await world.make_queue(labels=LABELS)
    with pytest.raises(InvalidFields, match="there is no trace 'ffff"):
        await world.exchange.import_tasks(other, tasks)
    assert await world.list_items(other) == []


async def test_tasks_that_do_not_fit_the_labels_are_refused_with_their_places(world: World) -> None:
    queue = await make_labelled(world)
    tasks = await export(world, queue)
    tasks[0]["annotations"][0]["result"][1]["value"]["number"] = 9
    del tasks[2]["data"]["trace_id"]
    other = await world.make_queue(labels=LABELS)
    with pytest.raises(InvalidFields) as refused:
        await world.exchange.import_tasks(other, tasks)
    assert refused.value.code == "invalid_tasks"
    assert [problem.at for problem in refused.value.problems] == ["[0].help", "[2]"]
    assert await world.list_items(other) == []


async def test_a_task_may_name_its_trace_alone(world: World) -> None:
    trace = world.record()
    await world.traces.flush()
    queue = await world.make_queue(labels=LABELS)
    imported = await world.exchange.import_tasks(queue, [{"data": {"trace_id": trace.id}}])
    assert (imported.items, imported.annotations) == (1, 0)
    (item,) = await world.list_items(queue)
    assert (item.span_id, item.reason) == (trace.span_id, "import")


async def test_what_somebody_said_here_is_not_replaced(world: World) -> None:
    queue = await make_labelled(world)
    tasks = await export(world, queue)
    tasks[0]["annotations"][0]["result"][1]["value"]["number"] = 1
    with pytest.raises(Conflict) as conflict:
        await world.exchange.import_tasks(queue, tasks)
    assert conflict.value.code == "already_annotated"
