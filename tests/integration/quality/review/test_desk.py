"""What a reviewer sees and says, and what becomes of the answer by it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from answerable.core.errors import Conflict, InvalidFields, NotFound
from answerable.datasets.types import Example
from answerable.quality.cases import Case, read_question
from answerable.reviews.types import Queue
from answerable.traces.types import Trace
from tests.integration.quality.review.conftest import World

LABELS: list[dict[str, Any]] = [
    {"name": "correct", "kind": "boolean"},
    {"name": "help", "kind": "scale", "least": 1, "most": 5},
    {"name": "fault", "kind": "category", "options": [{"value": "old data"}], "required": False},
    {"name": "parts", "kind": "span", "options": [{"value": "wrong"}], "required": False},
    {"name": "better", "kind": "correction", "required": False},
]
GOOD = {"correct": True, "help": 4}


async def take(world: World, queue: Queue, annotator: str) -> Case:
    case = await world.desk.take_next(queue, annotator)
    assert case is not None
    return case


async def fill(world: World, trace: Trace, **changes: Any) -> Queue:
    """Return a queue with this trace in it."""
    queue = await world.make_queue(rule={}, labels=LABELS, **changes)
    await world.traces.flush()
    await world.filler.fill_past(queue)
    assert trace.id in await world.list_traces(queue)
    return queue


async def list_said(world: World, trace: Trace) -> dict[str, tuple[float | None, str | None, str | None]]:
    scores = await world.feedback.list_scores(trace.id)
    return {score.name: (score.value, score.label, score.text) for score in scores if score.source == "human"}


async def test_a_case_shows_the_question_the_answer_and_its_verdicts(world: World) -> None:
    citations = ({"sentence": "The light is seen.", "start": 0, "end": 18, "verdict": "unsupported"},)
    trace = world.record(citations=citations, sources=("00000000-0000-7000-8000-000000000000.0", "odd"))
    case = await take(world, await fill(world, trace), "ann")
    assert (case.question, case.answer, case.app) == ("How far is the light seen?", trace.output, "ask")
    assert case.citations == citations
    assert case.passages == (None, None), "what is gone from the collection is not made up"
    assert case.until is not None
    assert case.told is not None
    assert (case.told.variant, case.told.trace_id) == (trace.variant, trace.id)


async def test_a_blind_queue_tells_nothing_until_the_item_is_done(world: World) -> None:
    trace = world.record()
    await world.traces.flush()
    await world.score(trace, "thumb", 0.0, source="user")
    await world.score(trace, "helpful", 0.1)
    queue = await fill(world, trace, blind=True, annotators=2)
    first = await take(world, queue, "ann")
    await world.desk.save(queue, first.item.id, "ann", GOOD)
    second = await take(world, queue, "bob")
    assert second.told is None
    await world.desk.save(queue, second.item.id, "bob", GOOD)
    done = await world.desk.find_case(queue, await world.reviews.get_item(queue, first.item.id))
    assert done is not None
    assert done.told is not None
    assert done.told.thumb == -1
    assert {score.name for score in done.told.scores if score.source != "human"} == {"thumb", "helpful"}
    assert [said.annotator for said in done.told.annotations] == ["ann", "bob"]


async def test_what_an_item_comes_to_is_scored_once_and_taken_back_with_it(world: World) -> None:
    trace = world.record()
    queue = await fill(world, trace, annotators=2)
    labels = {**GOOD, "fault": "old data", "better": "Twenty miles."}
    item = (await take(world, queue, "ann")).item
    await world.desk.save(queue, item.id, "ann", labels)
    assert await list_said(world, trace) == {}
    await take(world, queue, "bob")
    await world.desk.save(queue, item.id, "bob", {**labels, "better": "20 miles."})
    assert await list_said(world, trace) == {
        "correct": (1.0, "yes", None),
        "help": (0.75, "4 (1 to 5)", None),
        "fault": (None, "old data", None),
        "better": (None, None, "20 miles."),
    }
    undone = await world.desk.undo(queue, "bob")
    assert undone is not None
    assert undone.mine == {**labels, "better": "20 miles."}
    assert await list_said(world, trace) == {}
    await world.desk.save(queue, item.id, "bob", {"correct": False, "help": 1})
    assert await list_said(world, trace) == {}
    await world.desk.adjudicate(queue, item.id, "cyn", {"correct": False, "help": 2})
    await world.desk.adjudicate(queue, item.id, "dan", {"correct": True, "help": 2})
    assert await list_said(world, trace) == {
        "correct": (1.0, "yes", None),
        "help": (0.25, "2 (1 to 5)", None),
    }


async def test_disputed_cases_come_with_what_each_said(world: World) -> None:
    trace = world.record()
    queue = await fill(world, trace, annotators=2, blind=True)
    for annotator, correct in (("ann", True), ("bob", False)):
        item = (await take(world, queue, annotator)).item
        await world.desk.save(queue, item.id, annotator, {"correct": correct, "help": 3})
    (case,) = (await world.desk.list_disputed(queue)).cases
    assert case.told is not None
    assert {said.annotator: said.labels["correct"] for said in case.told.annotations} == {
        "ann": True,
        "bob": False,
    }


async def test_a_span_stands_in_the_answer(world: World) -> None:
    trace = world.record(output="Ten miles.")
    queue = await fill(world, trace)
    item = (await take(world, queue, "ann")).item
    spans = [{"start": 4, "end": 11, "label": "wrong"}]
    with pytest.raises(InvalidFields, match="not in the answer"):
        await world.desk.save(queue, item.id, "ann", {**GOOD, "parts": spans})
    spans[0]["end"] = 10
    saved = await world.desk.save(queue, item.id, "ann", {**GOOD, "parts": spans})
    assert saved.item.final == {**GOOD, "parts": spans}


async def test_an_item_whose_trace_is_gone_is_passed_by(world: World) -> None:
    gone = world.record(user="ann")
    kept = world.record()
    queue = await fill(world, gone)
    await world.traces.delete_user("ann")
    case = await take(world, queue, "bob")
    assert case.item.trace_id == kept.id
    await world.desk.save(queue, case.item.id, "bob", GOOD)
    assert await world.desk.take_next(queue, "bob") is None
    assert await world.list_traces(queue) <= {kept.id, gone.id}


@pytest.mark.parametrize(
    ("recorded", "question"),
    [
        ({"input": {"question": "Why?"}}, "Why?"),
        ({"input": {"ticket": "It broke."}}, "It broke."),
        ({"input": {"ticket": "It broke.", "urgent": True}}, "ticket: It broke.\nurgent: true"),
        ({"messages": [{"role": "user", "content": "Hello?"}]}, "Hello?"),
        ({}, ""),
    ],
)
def test_a_question_is_read_from_any_input(recorded: dict[str, Any], question: str) -> None:
    assert read_question(recorded) == question


async def test_a_reviewed_run_becomes_an_example_with_the_corrected_text(world: World) -> None:
    trace = world.record()
    queue = await fill(world, trace)
    item = (await take(world, queue, "ann")).item
    labels = {**GOOD, "fault": "old data", "better": "Twenty miles."}
    await world.desk.save(queue, item.id, "ann", labels)
    done = await world.reviews.get_item(queue, item.id)
    example = await world.examples.draft_from_item(queue, done, by="bob")
    assert example.input == {"question": "How far is the light seen?"}
    assert example.expected == "Twenty miles."
    assert example.tags == ("app:ask", f"queue:{queue.name}", "fault:old_data")
    assert (example.provenance.trace_id, example.provenance.annotators) == (trace.id, ("ann",))
    assert (example.provenance.added_by, example.provenance.source) == ("bob", "review")
    made = await world.examples.add("golden", example)
    assert (made.added.new, made.near) == (True, ())
    again = await world.examples.add("golden", example)
    assert (again.added.new, again.added.id, again.near) == (False, made.added.id, ())
    like = replace(example, expected="21 miles.", input={"question": "how FAR is the light seen"})
    (near,) = (await world.examples.add("golden", like)).near
    assert (near.kind, near.example.id) == ("same", made.added.id)


async def test_a_run_becomes_an_example_as_it_was_answered(world: World) -> None:
    trace = world.record()
    await world.traces.flush()
    example = await world.examples.draft(trace.id, by="ann")
    assert (example.expected, example.provenance.source) == (trace.output, "trace")
    with pytest.raises(NotFound):
        await world.examples.draft("f" * 32, by="ann")
    failed = world.record(status="error", input={})
    await world.traces.flush()
    with pytest.raises(NotFound) as empty:
        await world.examples.draft(failed.id, by="ann")
    assert empty.value.code == "no_content"


async def test_nobody_makes_an_example_of_what_nobody_looked_at(world: World) -> None:
    queue = await fill(world, world.record())
    (item,) = await world.list_items(queue)
    with pytest.raises(Conflict) as early:
        await world.examples.draft_from_item(queue, item, by="ann")
    assert early.value.code == "not_reviewed"
    draft = await world.examples.draft_from_item(queue, item, by="ann", labels={"better": "Mine."})
    assert draft.expected == "Mine."


async def test_nothing_of_an_erased_trace_stays_in_queues_and_datasets(world: World) -> None:
    trace = world.record()
    queue = await fill(world, trace)
    item = (await take(world, queue, "ann")).item
    await world.desk.save(queue, item.id, "ann", GOOD)
    await world.examples.add("golden", await world.examples.draft(trace.id, by="ann"))
    await world.datasets.add_example("golden", Example(input={"question": "Another?"}))
    async with world.database.transaction() as tx:
        assert await world.reviews.delete_of_traces(tx, [trace.id]) == 1
        assert await world.datasets.delete_of_traces(tx, [trace.id]) == 1
    assert await world.list_items(queue) == []
    page = await world.datasets.list_examples("golden")
    assert [example.input["question"] for example in page.examples] == ["Another?"]
