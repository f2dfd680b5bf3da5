"""Follow-ups by rule: what leans on the conversation is completed, what stands alone is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.answering.follow_up.history import Turn
from answerable.answering.follow_up.rules.resolve import resolve
from tests.unit.answering.follow_up.dialogs import FOLLOW_UPS, STANDING_ALONE

BEFORE = {
    "en": Turn("How tall is the Eiffel Tower?", "It is 330 m tall [1]."),
    "de": Turn("Wie hoch ist der Eiffelturm?", "330 m [1]."),
}


@pytest.mark.parametrize(("turns", "question", "meant"), FOLLOW_UPS)
def test_a_follow_up_says_what_it_is_about(turns: list[Turn], question: str, meant: str) -> None:
    assert resolve(question, turns) == meant


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("question", STANDING_ALONE)
def test_a_question_that_stands_alone_is_not_touched(question: str, language: str) -> None:
    assert resolve(question, []) == question
    if language == "en" or not question.isascii():
        assert resolve(question, [BEFORE[language]]) == question


def test_what_is_spoken_of_is_remembered_over_several_turns() -> None:
    turns = [
        Turn("How tall is the Eiffel Tower?", "330 m."),
        Turn("When was it built?", "1889."),
        Turn("Why?", ""),
    ]
    assert resolve("And by whom?", turns) == "By whom was the Eiffel Tower built?"


def test_a_new_subject_takes_over() -> None:
    turns = [Turn("How tall is the Eiffel Tower?", "330 m."), Turn("Who founded Microsoft?", "Bill Gates.")]
    assert resolve("When was it founded?", turns) == "When was Microsoft founded?"


def test_a_language_without_rules_and_a_question_that_would_grow_too_long_stay_as_they_are() -> None:
    assert resolve("它有多高？", [Turn("埃菲尔铁塔在哪里？", "巴黎")]) == "它有多高？"
    long = "Is it " + "very " * 198 + "tall?"
    assert resolve(long, [BEFORE["en"]]) == long


WORDS = st.lists(
    st.sampled_from(
        [
            "and",
            "what",
            "about",
            "how",
            "many",
            "why",
            "when",
            "is",
            "it",
            "the",
            "a",
            "of",
            "in",
            "Berlin",
            "2024",
            "they",
            "their",
            "that",
            "one",
            "plan",
            "plans",
            "?",
            ",",
            ".",
            "und",
            "wie",
            "warum",
            "er",
            "sie",
            "das",
            "der",
            "there",
            "which",
            "tell",
            "me",
            "more",
            "'s",
        ]
    ),
    max_size=12,
).map(" ".join)


@given(st.lists(st.tuples(WORDS | st.text(max_size=40), st.text(max_size=40)), max_size=4), WORDS | st.text())
def test_whatever_is_said_there_is_a_question_at_the_end(turns: list[tuple[str, str]], question: str) -> None:
    resolved = resolve(question, [Turn(*turn) for turn in turns])
    assert len(resolved) <= max(1000, len(question))
    assert bool(resolved) == bool(question)
