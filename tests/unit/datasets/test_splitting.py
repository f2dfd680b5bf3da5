"""Splits: the same for the same examples, alike in what they hold, and never one question in two of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from answerable.datasets.split_store import Place
from answerable.datasets.splitting import choose_splits

PARTS = {"dev": 20.0, "test": 80.0}


def place(key: str, *, split: str = "", tags: tuple[str, ...] = (), words: str = "") -> Place:
    return Place(uuid4(), key, split, tags, hashlib.sha256((words or key).encode()).digest())


def many(count: int, tag: str = "") -> list[Place]:
    return [place(f"{tag}{n}", tags=(tag,) if tag else ()) for n in range(count)]


def test_each_part_gets_its_share_whatever_the_order() -> None:
    places = many(1000)
    chosen = choose_splits(places, PARTS)
    assert Counter(chosen.values()) == {"dev": 200, "test": 800}
    assert choose_splits(places[::-1], PARTS) == chosen


def test_each_part_gets_its_share_of_each_tag() -> None:
    places = [*many(500, "kind:date"), *many(50, "kind:place"), *many(10, "kind:rare")]
    chosen = choose_splits(places, PARTS, by_tag="kind")
    for tag, count in (("kind:date", 500), ("kind:place", 50), ("kind:rare", 10)):
        in_dev = sum(chosen[one.key] == "dev" for one in places if tag in one.tags)
        assert abs(in_dev - count * 0.2) <= 1


def test_what_is_in_a_part_stays_there_as_the_dataset_grows() -> None:
    first = many(100)
    chosen = choose_splits(first, PARTS)
    grown = [one._replace(split=chosen[one.key]) for one in first] + many(300, "new")
    after = choose_splits(grown, PARTS)
    assert {key: after[key] for key in chosen} == chosen
    assert Counter(after.values()) == {"dev": 80, "test": 320}
    # Dealt out again, it is as if it had never been split.
    assert choose_splits(grown, PARTS, again=True) == choose_splits([*first, *many(300, "new")], PARTS)


def test_another_split_of_another_name_is_dealt_out() -> None:
    places = [place(str(n), split="old") for n in range(10)]
    assert Counter(choose_splits(places, PARTS).values()) == {"dev": 2, "test": 8}


@given(st.lists(st.sampled_from("abcdefgh"), max_size=40), st.integers(1, 4))
def test_examples_that_ask_the_same_are_in_the_same_part(words: list[str], parts: int) -> None:
    places = [place(f"{n}", words=word) for n, word in enumerate(words)]
    chosen = choose_splits(places, {f"part{n}": 1.0 for n in range(parts)})
    assert len(chosen) == len(places)
    for word in set(words):
        assert len({chosen[one.key] for one, said in zip(places, words, strict=True) if said == word}) == 1
