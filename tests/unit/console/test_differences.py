from __future__ import annotations

from difflib import unified_diff

import pytest

from answerable.apps.diff import Change
from answerable.console.differences import Pair, pair_lines
from answerable.console.parts.change_view import render_change
from answerable.core.word_diff import mark_words


def pair(before: str, after: str, *, context: int = 3) -> list[Pair]:
    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=context)
    return list(pair_lines(list(lines)[2:]))


def show(found: list[Pair]) -> list[tuple[object, object]]:
    return [
        (
            one.before and (one.before.number, one.before.text),
            one.after and (one.after.number, one.after.text),
        )
        for one in found
    ]


def test_changed_lines_face_each_other_with_their_numbers() -> None:
    found = pair("a\nold\nz", "a\nnew\nmore\nz")
    assert show(found) == [
        ((1, "a"), (1, "a")),
        ((2, "old"), (2, "new")),
        (None, (3, "more")),
        ((3, "z"), (4, "z")),
    ]
    assert [one.same for one in found] == [True, False, False, True]


def test_a_gap_stands_only_where_lines_were_left_out() -> None:
    lines = [str(number) for number in range(40)]
    changed = ["first", *lines[1:30], "later", *lines[31:]]
    found = show(pair("\n".join(lines), "\n".join(changed), context=1))
    assert found == [
        ((1, "0"), (1, "first")),
        ((2, "1"), (2, "1")),
        (None, None),
        ((30, "29"), (30, "29")),
        ((31, "30"), (31, "later")),
        ((32, "31"), (32, "31")),
    ]


def test_a_removed_line_that_looks_like_a_header_is_a_line() -> None:
    assert show(pair("-- a\n@@ b", "c"))[0] == ((1, "-- a"), (1, "c"))


def test_the_words_that_differ_are_marked_and_all_else_is_escaped() -> None:
    left, right = mark_words("a <b> cat sat here", "a <b> dog sat here")
    assert left == "a &lt;b&gt; <del>cat </del>sat here"
    assert right == "a &lt;b&gt; <ins>dog </ins>sat here"


@pytest.mark.parametrize(
    ("before", "after", "left", "right"),
    [
        ("He sat down", "He sat down again", "He sat down", "He sat down <ins>again</ins>"),
        ("He sat  down", "He sat down", "He <del>sat  </del>down", "He <ins>sat </ins>down"),
        (
            "东京是日本的首都",
            "东京是中国的首都",
            "东京是<del>日本</del>的首都",
            "东京是<ins>中国</ins>的首都",
        ),
        ("הדרך אל העיר", "הדרך מן העיר", "הדרך <del>אל </del>העיר", "הדרך <ins>מן </ins>העיר"),
        ("हिन्दी भाषा", "हिन्दू भाषा", "हिन्<del>दी </del>भाषा", "हिन्<ins>दू </ins>भाषा"),
        ("of 👨‍👩‍👧 here", "of 👨‍👩‍👦 here", "of <del>👨‍👩‍👧 </del>here", "of <ins>👨‍👩‍👦 </ins>here"),
    ],
    ids=["more at the end", "other space", "Chinese", "Hebrew", "Hindi", "joined emoji"],
)
def test_words_of_all_scripts_are_told_apart(before: str, after: str, left: str, right: str) -> None:
    assert mark_words(before, after) == (left, right)


@pytest.mark.parametrize(
    ("before", "after"),
    [("one two", "three four"), ("", "<i>"), ("x" * 30_000, "<i>" + "x" * 30_000)],
    ids=["nothing in common", "nothing before", "too long to compare"],
)
def test_what_cannot_be_compared_is_shown_whole_and_escaped(before: str, after: str) -> None:
    left, right = mark_words(before, after)
    assert left.removeprefix("<del>").removesuffix("</del>") == before
    assert right.removeprefix("<ins>").removesuffix("</ins>") == after.replace("<i>", "&lt;i&gt;")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (Change("temperature", "changed", None, 0.5), "not set"),
        (Change("output", "added", None, {"name": "<script>"}), "&lt;script&gt;"),
        (Change("output", "removed", {"name": "answer"}, None), "not there"),
        (Change("cache.exact", "changed", True, False), "false"),
        (Change("input.<script>.enum", "changed", ["a"], ["b"]), "input.&lt;script&gt;.enum"),
    ],
    ids=["not set before", "added", "removed", "truth value", "hostile path"],
)
def test_a_setting_is_shown_as_a_file_has_it(change: Change, expected: str) -> None:
    shown = render_change(change)
    assert expected in shown
    assert "<script>" not in shown


def test_a_long_value_is_compared_line_by_line() -> None:
    before = {"properties": {f"field_{number}": {"type": "string"} for number in range(8)}}
    after = {"properties": {**before["properties"], "field_3": {"type": "integer"}}}
    shown = render_change(Change("output.json_schema", "changed", before, after))
    assert '<table class="diff">' in shown
    assert "<ins>integer</ins>" in shown
    assert "field_7" not in shown, "lines far from a change are left out"
