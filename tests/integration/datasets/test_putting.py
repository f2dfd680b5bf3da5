"""Many examples at once: all or none, once each, and held ones until somebody accepts them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from answerable.core.errors import Conflict, InvalidFields, InvalidInput, NotFound
from answerable.datasets.selecting import Selection
from answerable.datasets.service import DatasetService
from answerable.datasets.types import Example, Row
from tests.integration.datasets.asked import ask, number, read


async def list_keys(datasets: DatasetService, selection: Selection = Selection()) -> list[str]:  # noqa: B008
    page = await datasets.list_examples("golden", limit=1000, selection=selection)
    return [one.key for one in page.examples]


async def test_an_import_adds_changes_and_leaves_alone_by_key(datasets: DatasetService) -> None:
    first = await datasets.put_examples("golden", number(3), by="ann")
    assert (first.added, first.changed, first.unchanged, first.removed) == (3, 0, 0, 0)
    rows = [*number(2), ask("Question 2?", "Changed.", key="q2"), ask("Question 3?", key="q3")]
    second = await datasets.put_examples("golden", rows)
    assert (second.added, second.changed, second.unchanged, second.removed) == (1, 1, 2, 0)
    assert await list_keys(datasets) == ["q0", "q1", "q2", "q3"]
    assert (await datasets.get_example("golden", "q2")).provenance.added_by == "ann"


async def test_replacing_removes_what_did_not_come(datasets: DatasetService) -> None:
    await datasets.put_examples("golden", number(5))
    version = await datasets.freeze("golden")
    tried = await datasets.put_examples("golden", number(2), replace=True, dry_run=True)
    assert tried.removed == 3
    assert len(await list_keys(datasets)) == 5
    done = await datasets.put_examples("golden", number(2), replace=True)
    assert (done.unchanged, done.removed) == (2, 3)
    assert await list_keys(datasets) == ["q0", "q1"]
    assert len(await read(datasets, version)) == 5


async def test_a_single_fault_keeps_everything_out_and_all_are_told(datasets: DatasetService) -> None:
    rows = [
        Row("line 1", ask("Good?", key="a")),
        Row("line 2", problem="It is no JSON."),
        Row("line 3", ask("Bad weight?", weight=-1)),
        Row("line 4", ask("Again?", key="a")),
        Row("line 5", ask("x" * 2_000_000)),
        Row("line 6", ask("Not a number?", float("inf"))),
    ]
    with pytest.raises(InvalidFields) as refused:
        await datasets.put_examples("golden", rows)
    assert refused.value.code == "invalid_examples"
    told = {one.at: one.problem for one in refused.value.problems}
    assert list(told) == ["line 2", "line 3", "line 5", "line 6", "line 4"]
    assert told["line 4"] == "The key 'a' is at line 1 already. Give each example its own."
    assert told["line 5"].startswith("The example has more than 1,048,576 bytes.")
    assert await datasets.list_datasets() == []
    done = await datasets.put_examples("golden", rows, skip_bad=True)
    assert (done.added, done.problem_count) == (1, 5)
    assert await list_keys(datasets) == ["a"]


async def test_a_key_that_comes_again_thousands_of_rows_later_is_found(datasets: DatasetService) -> None:
    rows = [*number(1200), ask("Another?", key="q3")]
    with pytest.raises(InvalidFields, match="The key 'q3' is at example 4 already"):
        await datasets.put_examples("golden", rows)


async def test_only_so_many_problems_are_told_and_the_others_counted(datasets: DatasetService) -> None:
    with pytest.raises(InvalidFields) as refused:
        await datasets.put_examples("golden", [Row(f"line {n}", problem="Bad.") for n in range(700)])
    assert len(refused.value.problems) == 51
    assert refused.value.problems[-1].problem == "... and 650 more."
    assert "700 of 700 rows" in refused.value.detail


async def test_rows_without_keys_are_the_same_when_they_say_the_same(datasets: DatasetService) -> None:
    rows = [ask("One?"), ask("Two?"), ask("One?")]
    first = await datasets.put_examples("golden", rows)
    assert (first.added, first.repeated) == (2, 1)
    second = await datasets.put_examples("golden", rows, replace=True)
    assert (second.added, second.unchanged, second.removed, second.repeated) == (0, 2, 0, 1)


async def test_an_import_of_nothing_is_refused(datasets: DatasetService) -> None:
    with pytest.raises(InvalidInput) as refused:
        await datasets.put_examples("golden", [])
    assert refused.value.code == "empty_dataset"
    assert await datasets.list_datasets() == []


async def test_a_generator_is_read_as_it_goes_and_its_error_undoes_all(datasets: DatasetService) -> None:
    def break_off() -> Iterator[Example]:
        yield from number(800)
        raise InvalidInput("The file breaks off.")

    with pytest.raises(InvalidInput, match="breaks off"):
        await datasets.put_examples("golden", break_off())
    assert await datasets.list_datasets() == []


async def test_held_examples_are_in_no_version_until_they_are_accepted(datasets: DatasetService) -> None:
    await datasets.put_examples("golden", number(2))
    await datasets.put_examples("golden", number(3, start=2), held=True)
    assert [(one.examples, one.held) for one in await datasets.list_datasets()] == [(2, 3)]
    assert await list_keys(datasets, Selection(held=True)) == ["q2", "q3", "q4"]
    first = await datasets.freeze("golden")
    assert first.examples == 2
    assert await datasets.accept("golden", ["q3", "nowhere"]) == 1
    assert await datasets.accept("golden") == 2
    assert await datasets.accept("golden") == 0
    with pytest.raises(NotFound, match="no example with such a key is held"):
        await datasets.accept("golden", ["q3", "nowhere"])
    assert (await datasets.freeze("golden")).examples == 5
    assert len(await read(datasets, first)) == 2


async def test_an_edit_of_what_somebody_else_changed_is_refused(datasets: DatasetService) -> None:
    await datasets.put_examples("golden", number(1))
    seen = (await datasets.get_example("golden", "q0")).id
    edited = await datasets.edit_example("golden", "q0", ask("Edited?"), by="ann", seen=seen)
    assert (edited.key, edited.provenance.added_by) == ("q0", "ann")
    with pytest.raises(Conflict) as changed:
        await datasets.edit_example("golden", "q0", ask("Edited again?"), seen=seen)
    assert changed.value.code == "example_changed"
    assert (await datasets.get_example("golden", "q0")).input == {"question": "Edited?"}


@pytest.mark.parametrize("key", ["q9", ""])
async def test_an_unknown_key_is_told(datasets: DatasetService, key: str) -> None:
    await datasets.put_examples("golden", number(1))
    for call in (datasets.get_example("golden", key), datasets.delete_example("golden", key)):
        with pytest.raises(NotFound) as unknown:
            await call
        assert unknown.value.code == "unknown_example"


async def test_examples_are_looked_for_by_text_tag_and_version(datasets: DatasetService) -> None:
    await datasets.put_examples(
        "golden", [ask("Is it LIT?", key="a", tags=("x",)), ask("Else?", "lit", key="b")]
    )
    version = await datasets.freeze("golden")
    await datasets.delete_example("golden", "a")
    assert await list_keys(datasets, Selection(text="lit")) == ["b"]
    assert await list_keys(datasets, Selection(text="lit", version=version.number)) == ["a", "b"]
    assert await list_keys(datasets, Selection(tags=("x",), version=version.number)) == ["a"]


async def test_imported_examples_are_compared_with_others(datasets: DatasetService) -> None:
    await datasets.put_examples("golden", [ask("Is the light of the tower lit?", key="a")])
    (near,) = await datasets.find_near_duplicates(
        "golden", ask("Is the light of the tower lit tonight?"), least=0.8
    )
    assert (near.example.key, near.kind) == ("a", "like")


async def test_an_edited_example_lets_its_old_content_come_again(datasets: DatasetService) -> None:
    await datasets.add_example("golden", ask("One?"))
    (key,) = await list_keys(datasets)
    await datasets.edit_example("golden", key, ask("Another?"))
    assert (await datasets.add_example("golden", ask("One?"))).new
    assert not (await datasets.add_example("golden", ask("One?"))).new
    with pytest.raises(Conflict, match="another example with the key"):
        await datasets.add_example("golden", ask("Two?", key=key))
