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
        (
            "He joined the U.S. Army. The U.S. The end.",
            "en",
            ["He joined the U.S. Army.", "The U.S.", "The end."],
        ),
        ("Was it so? Yes! Well...  Maybe.", "en", ["Was it so?", "Yes!", "Well...", "Maybe."]),
        ("He called it “odd.” She agreed.", "en", ["He called it “odd.”", "She agreed."]),
        (
            "Am 3. Oktober war es so. Im 19. Jahrhundert nicht.",
            "de",
            ["Am 3. Oktober war es so.", "Im 19. Jahrhundert nicht."],
        ),
        ("他不是人！“好。”他说。", "zh", ["他不是人！", "“好。”", "他说。"]),
        ("- one. Two\n- three\n1. four", "en", ["one.", "Two", "three", "four"]),
        ("# Title\nText goes\non here. End", "en", ["Title", "Text goes\non here.", "End"]),
        (
            "It is so [1]. pgvector is fast. [2] npm is not.",
            "en",
            ["It is so [1].", "pgvector is fast. [2]", "npm is not."],
        ),
        (
            "Smith et al. [3] show it. See e.g.[4] the score.",
            "en",
            ["Smith et al. [3] show it.", "See e.g.[4] the score."],
        ),
        ("It is scaled to [0, 1]. end", "en", ["It is scaled to [0, 1]. end"]),
        ("", "en", []),
        (" \n\t ", "en", []),
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


@pytest.mark.parametrize(
    "lines",
    [
        ["Quoted from the sources by the offline model:", "It is 46 metres tall. [1]"],
        ["**What was found:**", "the lamp is electric [1]"],
        ["离线模型引自来源：", "灯塔于1871年首次点亮。 [1]"],
        ["The lamp of the tower is electric [1]", "it was lit by oil before [2]."],
        ["The lamp of the tower is electric.", "npm has nothing to do with it."],
        ["Is the lamp of the tower electric?", "npm does not know."],
        ["The lamp of the tower is electric [1][2].", "Nobody lives there [3]"],
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "  \n", "\n\n"])
def test_no_sentence_runs_over_a_line_that_ends_on_purpose(lines: list[str], newline: str) -> None:
    assert cut(newline.join(lines)) == lines


@pytest.mark.parametrize(
    "wrapped",
    [
        "Tasks, schedules, queues, etc.\nand whatever else a worker of this kind has to do.",
        "It was painted by the same people who built it, i.e.\nthe keepers of the light.",
        "The keepers asked “Who goes there?”\nand nobody answered in the dark of the night.",
        "They waited for the ferry in the rain...\nand it came.",
    ],
)
def test_a_wrapped_line_that_ends_in_an_abbreviation_goes_on(wrapped: str) -> None:
    assert cut(wrapped) == [wrapped]


def test_code_fenced_within_a_line_opens_no_block() -> None:
    assert cut("```x = 1``` sets it. So it is.") == ["```x = 1``` sets it.", "So it is."]


def test_code_that_is_never_closed_runs_to_the_end() -> None:
    assert [span.kind for span in split_sentences("Look:\n```\nx = 1\ny = 2")] == ["prose", "code"]


_PIECES = st.sampled_from(
    ["Dr. ", "A b. ", "[1]", " [2, 3] ", "\n", "\r\n", "- ", "# ", "> ", "```\n", "。", "！", "“", "e.g. ", "3.5", "|",
     ":", "a. ", "\u2028", "שלום. ", "\x00"]
)  # fmt: skip


@given(
    st.lists(st.one_of(_PIECES, st.text(max_size=8)), max_size=40).map("".join),
    st.sampled_from(["en", "de", "zh"]),
)
def test_spans_are_ordered_and_lose_nothing_that_is_said(text: str, language: str) -> None:
    end = 0
    for span in split_sentences(text, language):
        assert end <= span.start < span.end
        assert not any(character in text[end : span.start] for character in "Dש！")
        assert text[span.start : span.end].strip() == text[span.start : span.end]
        end = span.end
    assert not any(character in text[end:] for character in "Dש！")
