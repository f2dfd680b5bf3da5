"""Examples: kept as they are, once each, and found when another is nearly the same."""

from __future__ import annotations

import asyncio

import pytest

from answerable.core.errors import InvalidInput, NotFound
from answerable.datasets.service import DatasetService
from answerable.datasets.types import Evidence, Example, Provenance
from tests.fakes.clock import FixedClock
from tests.integration.datasets.asked import ask


async def test_an_example_comes_back_as_it_was_added(datasets: DatasetService) -> None:
    example = ask(
        "Is it lit?",
        {"lit": True},
        evidence=(Evidence("It is lit.", uri="light.md", start=3, end=13),),
        tags=("light", "app:ask"),
        weight=2.0,
        provenance=Provenance(trace_id="a" * 32, annotators=("ann",), added_by="bob", source="review"),
    )
    added = await datasets.add_example("golden", example)
    (found,) = (await datasets.list_examples("golden")).examples
    assert (found.id, found.input, found.expected) == (added.id, example.input, example.expected)
    assert (found.evidence, found.tags, found.weight) == (example.evidence, example.tags, example.weight)
    assert found.provenance == example.provenance
    assert len(found.content_hash) == 64
    assert found.added_at == FixedClock().now()
    assert [(one.name, one.examples) for one in await datasets.list_datasets()] == [("golden", 1)]


async def test_the_same_content_is_there_once_whoever_adds_it_at_the_same_time(
    datasets: DatasetService,
) -> None:
    added = await asyncio.gather(*(datasets.add_example("golden", ask("Is it lit?")) for _ in range(8)))
    assert sum(one.new for one in added) == 1
    assert len({one.id for one in added}) == 1
    assert (await datasets.add_example("golden", ask("Is it lit?", "No."))).new
    assert (await datasets.add_example("other", ask("Is it lit?"))).new


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("IS THE LIGHT  of the tower lit?!", "same"),
        ("Is the ｌight of the tower lit", "same"),
        ("Is the light of the tower lit tonight?", "like"),
        ("Who was the keeper in 1870?", None),
    ],
)
async def test_near_duplicates_are_found_by_their_words_and_their_likeness(
    datasets: DatasetService, question: str, kind: str | None
) -> None:
    await datasets.add_example("golden", ask("Is the light of the tower lit?"))
    await datasets.add_example("golden", ask("When does the ferry go?"))
    near = await datasets.find_near_duplicates("golden", ask(question), least=0.8)
    assert [one.kind for one in near] == ([] if kind is None else [kind])
    assert all(0.8 <= one.likeness <= 1 for one in near)
    assert await datasets.find_near_duplicates("nowhere", ask(question)) == []


async def test_all_texts_of_an_input_count_and_one_without_text_has_only_its_own_kind(
    datasets: DatasetService,
) -> None:
    await datasets.add_example("golden", Example(input={"ticket": "It broke.", "details": ["at", "noon"]}))
    near = await datasets.find_near_duplicates(
        "golden", Example(input={"details": ["AT", "noon"], "ticket": "it broke"})
    )
    assert [one.kind for one in near] == ["same"]
    assert await datasets.find_near_duplicates("golden", Example(input={"picture": None})) == []


async def test_examples_are_listed_in_the_order_they_came(datasets: DatasetService) -> None:
    for number in range(25):
        await datasets.add_example("golden", ask(f"Question {number}?"))
    seen = [
        example.input["question"] async for page in datasets.iterate("golden", batch=10) for example in page
    ]
    assert seen == [f"Question {number}?" for number in range(25)]
    with pytest.raises(NotFound) as unknown:
        await datasets.list_examples("goldn")
    assert (unknown.value.code, unknown.value.hint) == ("unknown_dataset", "Did you mean 'golden'?")


@pytest.mark.parametrize(
    ("dataset", "example"),
    [
        ("Golden!", ask("Why?")),
        ("golden", Example(input={})),
        ("golden", ask("Why?", tags=("a b",))),
        ("golden", ask("Why?", weight=0)),
        ("golden", ask("Why?", float("nan"))),
        ("golden", ask("Why?", object())),
        ("golden", ask("x" * 2_000_000)),
    ],
)
async def test_what_is_no_example_is_refused(
    datasets: DatasetService, dataset: str, example: Example
) -> None:
    with pytest.raises(InvalidInput):
        await datasets.add_example(dataset, example)
    assert await datasets.list_datasets() == []


async def test_text_that_postgresql_refuses_is_kept_without_it(datasets: DatasetService) -> None:
    await datasets.add_example("golden", ask("a\x00b\ud800", "\x00"))
    (found,) = (await datasets.list_examples("golden")).examples
    assert (found.input, found.expected) == ({"question": "a\ufffdb?"}, "\ufffd")
