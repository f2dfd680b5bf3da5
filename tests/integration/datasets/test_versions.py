"""Versions: made only when something is another way, read back as they were, erased of what must go."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from answerable.core.errors import InvalidInput, NotFound
from answerable.datasets.service import DatasetService
from answerable.datasets.types import Evidence, Provenance, ToolCall, Turn
from answerable.db.database import Database
from tests.integration.datasets.asked import ask, number, read


async def test_a_version_is_made_only_when_the_examples_are_others(datasets: DatasetService) -> None:
    await datasets.put_examples("golden", number(3), by="ann")
    first = await datasets.freeze("golden", by="ann", note="The first.")
    assert (first.ref, first.examples, first.by, first.note, first.gone) == (
        "golden@1",
        3,
        "ann",
        "The first.",
        0,
    )
    assert await datasets.freeze("golden", by="bob") == first
    assert await datasets.get_version("golden") == first
    await datasets.edit_example("golden", "q1", ask("Question 1?", "Another."))
    second = await datasets.get_version("golden")
    assert (second.number, second.examples) == (2, 3)
    assert second.hash != first.hash
    assert await datasets.list_versions("golden") == [second, first]
    assert [(one.version, one.examples) for one in await datasets.list_datasets()] == [(2, 3)]


async def test_a_version_stays_as_it_was_when_examples_change_and_go(datasets: DatasetService) -> None:
    await datasets.put_examples("golden", number(20))
    first = await datasets.freeze("golden")
    before = await read(datasets, first)
    assert [one.key for one in before] == [f"q{n}" for n in range(20)]
    assert all(one.id and len(one.content_hash) == 64 for one in before)
    await datasets.edit_example("golden", "q5", ask("Question 5?", "Another."))
    await datasets.delete_example("golden", "q6")
    await datasets.add_example("golden", ask("Question 20?", key="q20"))
    second = await datasets.freeze("golden")
    assert await read(datasets, first) == before
    after = {one.key: one for one in await read(datasets, second)}
    # An edited example keeps its place, and has another id than the one it was.
    assert list(after) == [f"q{n}" for n in range(21) if n != 6]
    assert after["q5"].expected == "Another."
    assert after["q5"].id != before[5].id
    assert await datasets.get_example("golden", "q6", version=1) == before[6]
    assert (await datasets.get_example("golden", "q5", version=1)).expected == before[5].expected
    with pytest.raises(NotFound, match="golden@2 has no example with the key 'q6'"):
        await datasets.get_example("golden", "q6", version=2)
    assert after["q7"].id == before[7].id


async def test_two_versions_are_compared_by_key(datasets: DatasetService) -> None:
    await datasets.put_examples("golden", number(10))
    first = await datasets.freeze("golden")
    await datasets.edit_example("golden", "q3", ask("Question 3?", "Another.", tags=("new",)))
    await datasets.delete_example("golden", "q4")
    await datasets.put_examples("golden", number(2, start=10))
    diff = await datasets.diff(first, await datasets.freeze("golden"))
    assert [one.key for one in diff.added] == ["q10", "q11"]
    assert [one.key for one in diff.removed] == ["q4"]
    assert [(old.expected, new.expected) for old, new in diff.changed] == [("Answer 3.", "Another.")]
    counts = (diff.added_count, diff.removed_count, diff.changed_count, diff.unchanged_count)
    assert counts == (2, 1, 1, 8)
    short = await datasets.diff(first, diff.after, limit=1)
    assert (len(short.added), short.added_count) == (1, 2)
    same = await datasets.diff(first, first)
    assert (same.added, same.removed, same.changed, same.unchanged_count) == ((), (), (), 10)


async def test_a_deleted_dataset_is_gone_with_its_versions(datasets: DatasetService) -> None:
    await datasets.put_examples("golden", number(3))
    await datasets.put_examples("silver", number(2))
    first = await datasets.freeze("golden")
    await datasets.delete("golden")
    assert [one.name for one in await datasets.list_datasets()] == ["silver"]
    with pytest.raises(NotFound):
        await read(datasets, first)
    with pytest.raises(NotFound):
        await datasets.delete("golden")
    await datasets.put_examples("golden", number(4))
    again = await datasets.freeze("golden")
    assert (again.number, again.examples) == (1, 4)
    assert again.hash != first.hash


async def test_going_back_to_what_was_makes_no_new_version(datasets: DatasetService) -> None:
    await datasets.put_examples("golden", number(2))
    first = await datasets.freeze("golden")
    await datasets.edit_example("golden", "q0", ask("Else?"))
    await datasets.edit_example("golden", "q0", number(1)[0])
    assert await datasets.freeze("golden") == first
    assert len(await read(datasets, first)) == 2


async def test_a_part_of_a_version_is_chosen_by_split_and_tags(datasets: DatasetService) -> None:
    await datasets.put_examples(
        "golden",
        [
            ask("One?", key="1", split="dev", tags=("a", "b")),
            ask("Two?", key="2", split="test", tags=("a",)),
            ask("Three?", key="3", split="test", tags=("a", "b")),
        ],
    )
    version = await datasets.freeze("golden")
    assert [one.key for one in await read(datasets, version, split="test")] == ["2", "3"]
    assert [one.key for one in await read(datasets, version, tags=["b", "a"])] == ["1", "3"]
    assert [one.key for one in await read(datasets, version, split="test", tags=["b"])] == ["3"]
    with pytest.raises(NotFound) as unknown:
        await read(datasets, version, split="tset")
    assert (unknown.value.code, unknown.value.hint) == ("unknown_split", "Did you mean 'test'?")


async def test_everything_an_example_says_comes_back_and_counts(datasets: DatasetService) -> None:
    example = ask(
        "Is it lit?",
        {"lit": True, "share": 1e16},
        acceptable=("yes", "aye"),
        refuse=True,
        tool_calls=(ToolCall("look", {"at": "tower"}),),
        history=(Turn("user", "Hello"), Turn("assistant", "Hi")),
        evidence=(Evidence("It is.", uri="a.md", relevance=2.0),),
        tags=("a",),
        weight=0.1,
        metadata={"origin": {"page": 3}},
        provenance=Provenance(added_by="bob", source="import:csv"),
        key="lit",
        split="dev",
    )
    await datasets.put_examples("golden", [example])
    first = await datasets.freeze("golden")
    (found,) = await read(datasets, first)
    assert replace(found, id=None, content_hash="", added_at=None) == example
    again = await datasets.put_examples("golden", [found])
    assert (again.added, again.changed, again.unchanged) == (0, 0, 1)
    changes: tuple[dict[str, Any], ...] = (
        {"acceptable": ()}, {"refuse": False}, {"tool_calls": ()}, {"history": ()}, {"evidence": ()},
        {"tags": ()}, {"weight": 1.0}, {"metadata": {}}, {"split": ""},
    )  # fmt: skip
    for change in changes:
        done = await datasets.put_examples("golden", [replace(example, **change)], dry_run=True)
        assert done.changed == 1, change


async def test_what_came_from_an_erased_trace_leaves_every_version(
    datasets: DatasetService, database: Database
) -> None:
    trace, kept = "a" * 32, "b" * 32
    await datasets.put_examples("golden", number(3))
    await datasets.add_example("golden", ask("Of a trace?", key="t", provenance=Provenance(trace_id=trace)))
    await datasets.add_example("golden", ask("Of another?", provenance=Provenance(trace_id=kept)))
    first = await datasets.freeze("golden")
    # Whoever edits it does not take away what it came from.
    await datasets.edit_example("golden", "t", ask("Of a trace, edited?"))
    second = await datasets.freeze("golden")
    async with database.transaction() as tx:
        assert await datasets.delete_of_traces(tx, [trace]) == 2
    assert [(one.number, one.examples, one.gone) for one in await datasets.list_versions("golden")] == [
        (2, 5, 1),
        (1, 5, 1),
    ]
    for version in (first, second):
        questions = [one.input["question"] for one in await read(datasets, version)]
        assert len(questions) == 4
        assert not any("trace" in question for question in questions)
    third = await datasets.freeze("golden")
    assert (third.number, third.examples, third.gone) == (3, 4, 0)


async def test_freezing_at_the_same_time_makes_one_version(datasets: DatasetService) -> None:
    await datasets.put_examples("golden", number(5))
    versions = await asyncio.gather(*(datasets.freeze("golden") for _ in range(8)))
    assert {version.number for version in versions} == {1}
    assert len(await datasets.list_versions("golden")) == 1


async def test_examples_from_before_there_were_versions_are_frozen_too(
    datasets: DatasetService, database: Database
) -> None:
    await datasets.put_examples("golden", number(3))
    expected = (await datasets.freeze("golden")).hash
    async with database.transaction() as tx:
        await tx.execute("DELETE FROM dataset_version")
        await tx.execute("UPDATE dataset_example SET digest = NULL, first_version = NULL")
    assert (await datasets.freeze("golden")).hash == expected
    done = await datasets.put_examples("golden", number(3))
    assert done.unchanged == 3


@pytest.mark.parametrize(
    ("ref", "code", "hint"),
    [
        ("goldn@1", "unknown_dataset", "Did you mean 'golden'?"),
        ("golden@7", "unknown_version", "The newest is golden@1."),
        ("golden@one", "invalid_ref", "Write NAME or NAME@3."),
        ("", "invalid_ref", "Write NAME or NAME@3."),
    ],
)
async def test_an_unknown_version_is_refused(
    datasets: DatasetService, ref: str, code: str, hint: str
) -> None:
    await datasets.put_examples("golden", number(1))
    await datasets.freeze("golden")
    with pytest.raises((NotFound, InvalidInput)) as refused:
        await datasets.get_version(ref)
    assert (refused.value.code, refused.value.hint) == (code, hint)


async def test_an_empty_dataset_has_no_version(datasets: DatasetService) -> None:
    await datasets.add_example("golden", ask("Held?", key="h"), held=True)
    with pytest.raises(InvalidInput) as empty:
        await datasets.freeze("golden")
    assert empty.value.code == "empty_dataset"
    assert empty.value.hint == "1 are held for review: `answerable datasets accept golden` lets them in."
    await datasets.delete_example("golden", "h")
    with pytest.raises(InvalidInput, match="datasets import golden FILE"):
        await datasets.freeze("golden")
