"""Each marker belongs to the sentence that it stands with."""

from __future__ import annotations

import pytest

from answerable.answering.verification.sentences import folded, split_sentences, without_markers


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
        ("One. [1]\ntwo three. [2]", [(1,), (2,)]),
        ("Scaled to [0, 1]. It is [1].", [(), (1,)]),
        ("In [2019] and [] and [x].", [()]),
    ],
)
def test_markers_belong_to_their_sentence(text: str, expected: list[tuple[int, ...]]) -> None:
    assert [sentence.markers for sentence in split_sentences(text)] == expected


def test_sentences_hold_their_text_and_kind() -> None:
    text = "## Title\n\nText. [2]\n\n- item\n\n```\ncode [1]\n```\n"
    sentences = split_sentences(text)

    assert [(s.text, s.kind, s.markers) for s in sentences] == [
        ("Title", "heading", ()),
        ("Text. [2]", "prose", (2,)),
        ("item", "item", ()),
        ("```\ncode [1]\n```", "code", ()),
    ]
    assert all(text[s.start : s.end] == s.text for s in sentences)


def test_markers_go_and_inline_code_stays() -> None:
    assert without_markers("Use `a[1]` [2] here [3, 4].") == "Use `a[1]`     here       ."
    assert folded("Use\n  `a[1]` [2] here.[3] So") == "Use `a[1]` here. So"
