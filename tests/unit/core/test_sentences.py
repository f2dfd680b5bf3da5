"""Sentences as a reader would cut them, with offsets into the original text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.core.sentences import split_sentences


def cut(text: str, language: str = "en") -> list[str]:
    return [text[span.start : span.end] for span in split_sentences(text, language)]


@pytest.mark.parametrize(
    ("text", "language", "sentences"),
    [
        ("Dr. Smith paid $3.50. He left.", "en", ["Dr. Smith paid $3.50.", "He left."]),
        ("It rose by 2.5% in the U.S. market. Why?", "en", ["It rose by 2.5% in the U.S. market.", "Why?"]),
        ("J. R. R. Tolkien wrote it. It sold.", "en", ["J. R. R. Tolkien wrote it.", "It sold."]),
        ("Use e.g. version 1.2.3 of it. Done!", "en", ["Use e.g. version 1.2.3 of it.", "Done!"]),
        ("So it is. [2] And so on.", "en", ["So it is. [2]", "And so on."]),
        ("So it is.[2][3] And so on.", "en", ["So it is.[2][3]", "And so on."]),
        ('He said "Stop." Then he left.', "en", ['He said "Stop."', "Then he left."]),
        (
            "Er starb am 7. Januar 1943. Er war z. B. alt.",
            "de",
            ["Er starb am 7. Januar 1943.", "Er war z. B. alt."],
        ),
        ("塔高38米。它建于1871年！", "zh", ["塔高38米。", "它建于1871年！"]),
    ],
)
def test_where_sentences_end(text: str, language: str, sentences: list[str]) -> None:
    assert cut(text, language) == sentences


def test_markdown_is_told_apart() -> None:
    text = (
        "# Title\n\nA first\nsentence. A second.\n\n- one thing\n- another\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n```py\nx = 1. \n\ny\n```\n\n> Quoted words.\n\n---\nx | y | z\n"
    )
    spans = split_sentences(text)

    assert [(span.kind, text[span.start : span.end]) for span in spans] == [
        ("heading", "Title"),
        ("prose", "A first\nsentence."),
        ("prose", "A second."),
        ("item", "one thing"),
        ("item", "another"),
        ("table", "| a | b |"),
        ("table", "| 1 | 2 |"),
        ("code", "```py\nx = 1. \n\ny\n```"),
        ("prose", "Quoted words."),
        ("table", "x | y | z"),
    ]


def test_wrapped_lines_are_one_sentence_and_labels_stand_alone() -> None:
    wrapped = "The quick brown fox jumps over the lazy dog and then\nMary sees it."
    labelled = "Quick start\nLearn how to make your first call in a few minutes."

    assert cut(wrapped) == [wrapped]
    assert cut(labelled) == ["Quick start", "Learn how to make your first call in a few minutes."]


def test_code_that_is_never_closed_runs_to_the_end() -> None:
    assert [span.kind for span in split_sentences("Look:\n```\nx = 1\ny = 2")] == ["prose", "code"]


@given(st.text(alphabet="aB1 .?!。\n-#|`>[]*:", max_size=120))
def test_spans_are_ordered_and_lose_no_letter(text: str) -> None:
    spans = split_sentences(text)

    assert all(first.end <= second.start for first, second in zip(spans, spans[1:], strict=False))
    assert all(span.start < span.end for span in spans)
    kept = sum(text[span.start : span.end].count("B") for span in spans)
    assert kept == text.count("B")
