"""Words, the language of a query, folding: what needs no database."""

from __future__ import annotations

from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.knowledge.index.folding import Folder
from answerable.knowledge.index.lexemes import get_dictionary, split_words
from answerable.knowledge.index.query_language import choose_language
from answerable.knowledge.types import DocumentRef, Hit, HitScores


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("and/or max_tokens", ["and", "or", "max", "tokens"]),
        ("Straße, Röntgen!", ["straße", "röntgen"]),
        ("cafe\u0301", ["café"]),
        ("ＡＢＣ１２", ["abc12"]),
        ("北京大学 Python3 の", ["北京", "京大", "大学", "python3", "の"]),
        ("한국어 말", ["한국", "국어", "말"]),
        ("สวัสดี", ["สว", "วั", "ัส", "สด", "ดี"]),
        ("…—?!", []),
        ("", []),
    ],
)
def test_words_are_cut_by_script(text: str, words: list[str]) -> None:
    assert split_words(text) == words


@given(st.text())
def test_any_text_can_be_cut_and_no_word_is_empty(text: str) -> None:
    assert all(split_words(text))


def test_a_language_that_postgresql_does_not_know_gets_the_simple_dictionary() -> None:
    assert get_dictionary("zh") == "simple"
    assert get_dictionary("de-AT") == "german_stem"


@pytest.mark.parametrize(
    ("query", "stop_words", "language"),
    [
        ("wo ist der Hafen", {"en": 0, "de": 3}, "de"),
        ("where is it", {"en": 3, "de": 1}, "en"),
        ("Kuechly", {"en": 0, "de": 0}, "de"),
        ("港口在哪里", {"en": 0, "de": 0}, "zh"),
        ("ひらがな漢字", {}, "ja"),
        ("где порт", {}, "ru"),
    ],
)
def test_the_language_of_a_query_is_told_by_script_then_by_stop_words(
    query: str, stop_words: dict[str, int], language: str
) -> None:
    assert choose_language(query, ["de", "en"], stop_words) == language


def make_hit(text: str) -> Hit:
    document = DocumentRef(id=UUID(int=1), uri="a", title="a", metadata={})
    return Hit(document, "1.0", text, (), None, 0, len(text), 1.0, HitScores(None, None))


def test_a_passage_that_repeats_a_better_one_is_folded() -> None:
    licence = "Permission is hereby granted free of charge to any person obtaining a copy of this software and files"
    hits = [
        make_hit(licence),
        make_hit(licence.upper() + "!"),
        make_hit("A wholly other passage of some length"),
    ]

    assert Folder().fold(hits) == [hits[0], hits[2]]


def test_passages_that_differ_in_a_number_of_a_short_text_stay_apart() -> None:
    hits = [make_hit("The port has 3 cranes."), make_hit("The port has 4 cranes.")]

    assert Folder().fold(hits) == hits


def test_the_pairs_that_are_folded_are_those_that_share_nine_tenths_of_their_triples() -> None:
    random = Random(11)
    words = [f"w{number}" for number in range(400)]
    folder = Folder(max_sketches=50)  # fewer than there are texts: some are made again
    for _ in range(300):
        first = random.choices(words, k=random.randint(1, 120))
        second = list(first)
        for _ in range(random.randint(0, 6)):
            second[random.randrange(len(second))] = random.choice(words)
        a, b = triples(first), triples(second)
        alike = len(a & b) >= 0.9 * len(a | b)
        hits = [make_hit(" ".join(first)), make_hit(" ".join(second))]
        assert (len(folder.fold(hits)) == 1) == alike


def triples(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[start : start + 3]) for start in range(max(1, len(words) - 2))}
