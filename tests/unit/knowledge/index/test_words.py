"""Words, the language of a query, folding: what needs no database."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.knowledge.index.folding import fold_duplicates
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

    assert list(fold_duplicates(hits)) == [hits[0], hits[2]]


def test_passages_that_differ_in_a_number_of_a_short_text_stay_apart() -> None:
    hits = [make_hit("The port has 3 cranes."), make_hit("The port has 4 cranes.")]

    assert list(fold_duplicates(hits)) == hits
