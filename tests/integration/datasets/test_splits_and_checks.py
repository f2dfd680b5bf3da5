"""Splits that are kept by versions, and what a check finds."""

from __future__ import annotations

from collections import Counter

import pytest

from answerable.core.errors import InvalidInput, NotFound
from answerable.datasets.checking import Finding
from answerable.datasets.service import DatasetService
from tests.integration.datasets.asked import ask, number, read


async def test_a_split_makes_a_new_version_and_leaves_the_old_one_alone(datasets: DatasetService) -> None:
    await datasets.put_examples("golden", number(20))
    first = await datasets.freeze("golden")
    assert await datasets.split("golden", {"dev": 1, "test": 3}) == {"dev": 5, "test": 15}
    second = await datasets.freeze("golden")
    assert second.number == 2
    assert {one.split for one in await read(datasets, first)} == {""}
    after = await read(datasets, second)
    assert Counter(one.split for one in after) == {"dev": 5, "test": 15}
    assert [one.key for one in after] == [f"q{n}" for n in range(20)]
    assert await read(datasets, second, split="dev") == [one for one in after if one.split == "dev"]
    # Done again it changes nothing, and one that comes new joins.
    await datasets.split("golden", {"dev": 1, "test": 3})
    assert await datasets.freeze("golden") == second
    await datasets.put_examples("golden", number(4, start=20))
    assert await datasets.split("golden", {"dev": 1, "test": 3}) == {"dev": 6, "test": 18}
    grown = {one.key: one.split for one in await read(datasets, await datasets.freeze("golden"))}
    assert {key: grown[key] for key in (one.key for one in after)} == {one.key: one.split for one in after}


@pytest.mark.parametrize("parts", [{}, {"dev": 0.0}, {"dev": float("nan")}, {"": 1.0}, {"De v": 1.0}])
async def test_parts_that_make_no_split_are_refused(
    datasets: DatasetService, parts: dict[str, float]
) -> None:
    await datasets.put_examples("golden", number(2))
    with pytest.raises(InvalidInput) as refused:
        await datasets.split("golden", parts)
    assert refused.value.code == "invalid_split"


async def test_a_check_finds_what_is_there_twice_and_what_leaked(datasets: DatasetService) -> None:
    await datasets.put_examples(
        "golden",
        [
            ask("Is the light of the tower lit?", "Yes.", key="a", split="dev"),
            ask("is the light of the tower LIT", "Yes.", key="b", split="test"),
            ask("When does the ferry go?", "At nine.", key="c", split="dev"),
            ask("When does the ferry go", "At ten.", key="d", split="dev"),
            ask("Is the light of the tower lit tonight?", "Perhaps.", key="e", split="test"),
            ask("Who was the keeper?", "It was Ann of the northern coast.", key="f"),
            ask("Why?", "So.", key="g"),
        ],
    )
    prompts = {"ask@v1": "Q: Why?\nA: So.\n", "ask@v2": "Such as: it was Ann, of the Northern coast!"}
    report = await datasets.check("golden", prompts=prompts, least=0.8)
    assert (report.examples, report.compared) == (7, 7)
    found = {(one.kind, *one.keys): one for one in report.findings}
    assert set(found) == {
        ("contradiction", "a", "b"),
        ("contradiction", "c", "d"),
        ("near", "a", "e"),
        ("near", "b", "e"),
        ("prompt", "f"),
    }
    assert {keys for keys, one in found.items() if one.leak} == {
        ("contradiction", "a", "b"),
        ("near", "a", "e"),
        ("prompt", "f"),
    }
    assert found["prompt", "f"].where == "ask@v2"


async def test_the_same_with_the_same_answer_is_no_contradiction(datasets: DatasetService) -> None:
    await datasets.put_examples("golden", [ask("Why?", key="a"), ask("Why?", key="b")])
    (finding,) = (await datasets.check("golden")).findings
    assert finding == Finding("same", ("a", "b"), ("", ""))
    assert not finding.leak


async def test_a_check_compares_everything_that_an_import_left(datasets: DatasetService) -> None:
    await datasets.put_examples("golden", number(2_100))
    report = await datasets.check("golden", least=0.9999)
    assert (report.examples, report.compared) == (2_100, 2_100)


async def test_an_unknown_dataset_is_told(datasets: DatasetService) -> None:
    for call in (datasets.split("golden", {"a": 1.0}), datasets.check("golden"), datasets.accept("golden")):
        with pytest.raises(NotFound):
            await call
