"""Sentences keep their offsets, and each marker belongs to the sentence that it stands with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.answering.verification.sentences import split_sentences


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Dr. Smith paid 3.5 million. It rose.", "en", ["Dr. Smith paid 3.5 million.", "It rose."]),
        ("J. S. Bach wrote it. See e.g. the score.", "en", ["J. S. Bach wrote it.", "See e.g. the score."]),
        ("He joined the U.S. Army. The U.S. The end.", "en", ["He joined the U.S. Army.", "The U.S.", "The end."]),
        ("Was it so? Yes! Well...  Maybe.", "en", ["Was it so?", "Yes!", "Well...", "Maybe."]),
        ('He said "Go." Then he left.', "en", ['He said "Go."', "Then he left."]),
        ("He called it “odd.” She agreed.", "en", ["He called it “odd.”", "She agreed."]),
        ("Am 3. Oktober 1990 war es z. B. so. Im 19. Jahrhundert nicht.", "de",
         ["Am 3. Oktober 1990 war es z. B. so.", "Im 19. Jahrhundert nicht."]),
        ("他在1990年出生。他不是人！“好。”他说。", "zh", ["他在1990年出生。", "他不是人！", "“好。”", "他说。"]),
        ("- one. Two\n- three\n1. four", "en", ["one.", "Two", "three", "four"]),
        ("# Title\nText goes\non here. End", "en", ["Title", "Text goes\non here.", "End"]),
        ("A.\n```py\nx = a[1]. B\n```\nC.", "en", ["A.", "```py\nx = a[1]. B\n```", "C."]),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "en", ["| a | b |", "| 1 | 2 |"]),
        ("", "en", []),
        (" \n\t ", "en", []),
    ],
)  # fmt: skip
def test_splits_where_a_sentence_ends(text: str, language: str, expected: list[str]) -> None:
    assert [sentence.text for sentence in split_sentences(text, language)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One [1]. Two [2].", [(1,), (2,)]),
        ("One. [1] Two.[2][3] Three", [(1,), (2, 3), ()]),
        ("One [1, 2] and [4]. Two [3][3].", [(1, 2, 4), (3,)]),
        ("One [1-3]. Two [^4].", [(1, 2, 3), (4,)]),
        ("[2] says so. It is. [1]", [(2,), (1,)]),
        ("一。[1]二。【2】", [(1,), (2,)]),
        ("Use `a[1]` here [2].", [(2,)]),
        ("It is so [1]. pgvector is fast [2].", [(1,), (2,)]),
        ("- one\n- two [2]", [(), (2,)]),
        ("In [2019] and [] and [x].", [()]),
    ],
)
def test_markers_belong_to_their_sentence(text: str, expected: list[tuple[int, ...]]) -> None:
    assert [sentence.markers for sentence in split_sentences(text)] == expected


def test_marks_headings_and_code() -> None:
    kinds = [sentence.kind for sentence in split_sentences("## Title\n\nText.\n\n```\ncode [1]\n```\n")]
    assert kinds == ["heading", "prose", "code"]


_PIECES = st.sampled_from(
    ["Dr. ", "A b. ", "[1]", " [2, 3] ", "\n", "\r\n", "- ", "# ", "```\n", "。", "！", "“", "e.g. ", "3.5", "|",
     "\u2028", "שלום. ", "\x00"]
)  # fmt: skip


@given(
    st.lists(st.one_of(_PIECES, st.text(max_size=8)), max_size=40).map("".join),
    st.sampled_from(["en", "de", "zh"]),
)
def test_offsets_are_true_and_nothing_that_is_said_is_lost(text: str, language: str) -> None:
    end = 0
    for sentence in split_sentences(text, language):
        assert text[sentence.start : sentence.end] == sentence.text != ""
        assert not any(character in text[end : sentence.start] for character in "Dש！")
        assert sentence.start >= end
        end = sentence.end
    assert "D" not in text[end:]
