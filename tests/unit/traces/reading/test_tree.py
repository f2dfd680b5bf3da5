"""Spans as a tree, whatever is wrong with them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.traces.reading.tree import SpanTree, TreeRow, build_tree
from answerable.traces.types import Span

MANY = 50_000


def make_span(span_id: str, parent: str | None, start: int, end: int, service: str = "answerable") -> Span:
    return Span("0" * 32, span_id, parent, span_id, start, end, service=service)


def by_id(tree: SpanTree) -> Mapping[str, TreeRow]:
    return {row.span.span_id: row for row in tree.rows}


def list_places(tree: SpanTree) -> list[tuple[str, int]]:
    return [(row.span.span_id, row.depth) for row in tree.rows]


def test_parents_come_before_their_children_which_are_in_the_order_of_time() -> None:
    tree = build_tree(
        [
            make_span("c", "a", 40, 60),
            make_span("d", "b", 12, 20),
            make_span("a", None, 0, 100),
            make_span("b", "a", 10, 30),
        ]
    )
    assert list_places(tree) == [("a", 0), ("b", 1), ("d", 2), ("c", 1)]
    assert (tree.start_ns, tree.duration_ns) == (0, 100)
    assert [(row.offset_ns, row.duration_ns, row.children) for row in tree.rows] == [
        (0, 100, 2), (10, 20, 1), (12, 8, 0), (40, 20, 0),
    ]  # fmt: skip


def test_the_time_of_a_span_itself_leaves_out_its_children_once() -> None:
    tree = build_tree(
        [
            make_span("a", None, 0, 100),
            make_span("b", "a", 10, 40),
            make_span("c", "a", 30, 50),  # beside b for a while
            make_span("d", "a", 90, 150),  # outlives its parent
        ]
    )
    assert by_id(tree)["a"].self_ns == 100 - 40 - 10
    assert tree.duration_ns == 150


def test_a_span_whose_parent_is_not_there_hangs_under_the_root_and_is_marked() -> None:
    tree = build_tree([make_span("a", None, 0, 9), make_span("b", "gone", 2, 4), make_span("c", "b", 3, 4)])
    assert list_places(tree) == [("a", 0), ("b", 1), ("c", 2)]
    assert [row.orphan for row in tree.rows] == [False, True, False]


def test_without_a_root_all_of_them_are_at_the_top() -> None:
    tree = build_tree([make_span("a", "remote", 0, 9), make_span("b", "remote", 2, 4)])
    assert list_places(tree) == [("a", 0), ("b", 0)]
    assert all(row.orphan for row in tree.rows)


def test_a_cycle_is_cut_where_it_began() -> None:
    tree = build_tree(
        [
            make_span("root", None, 0, 9),
            make_span("x", "z", 3, 4),
            make_span("y", "x", 2, 4),
            make_span("z", "y", 1, 4),
            make_span("own", "own", 5, 6),
            make_span("tail", "y", 6, 7),
        ]
    )
    assert list_places(tree) == [("root", 0), ("z", 1), ("x", 2), ("y", 3), ("tail", 4), ("own", 1)]
    assert [row.span.span_id for row in tree.rows if row.in_cycle] == ["z", "own"]


def test_a_clock_that_is_behind_is_shown_shifted_with_all_of_its_service() -> None:
    tree = build_tree(
        [
            make_span("a", None, 1000, 1100),
            make_span("b", "a", 900, 950, "other"),
            make_span("c", "b", 910, 920, "other"),
            make_span("d", "c", 1020, 1030),  # here again, with the clock of here
        ]
    )
    rows = by_id(tree)
    assert [(rows[name].offset_ns, rows[name].shifted_ns) for name in "abcd"] == [
        (0, 0),
        (0, 100),
        (10, 100),
        (20, 0),
    ]
    assert tree.duration_ns == 100


def test_an_end_before_the_beginning_counts_as_no_time() -> None:
    tree = build_tree([make_span("a", None, 10, 5)])
    assert (tree.rows[0].duration_ns, tree.rows[0].self_ns, tree.duration_ns) == (0, 0, 0)


def test_nothing_is_an_empty_tree() -> None:
    assert build_tree([]) == SpanTree(0, 0, ())


CHAIN = [make_span(f"{n:x}", f"{n - 1:x}" if n else None, n, MANY) for n in range(MANY)]
FLAT = [make_span("root", None, 0, MANY), *(make_span(f"{n:x}", "root", n, n + 9) for n in range(MANY))]
RING = [make_span(f"{n:x}", f"{(n + 1) % MANY:x}", n, MANY) for n in range(MANY)]
NOISE = [make_span(f"{n:x}", f"{random.Random(n).randrange(MANY):x}", n % 97, n % 89) for n in range(MANY)]


@pytest.mark.parametrize("spans", [CHAIN, FLAT, RING, NOISE], ids=["chain", "flat", "ring", "noise"])
def test_fifty_thousand_spans_of_any_shape_make_a_tree(spans: Sequence[Span]) -> None:
    """The time limit of the test is the bound: what is quadratic, or recursive, does not end."""
    tree = build_tree(spans)
    assert {row.span.span_id for row in tree.rows} == {span.span_id for span in spans}
    assert len(tree.rows) == len(spans)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 9),
            st.none() | st.integers(0, 12),
            st.integers(-50, 50),
            st.integers(-50, 50),
            st.integers(0, 2),
        ),
        unique_by=lambda row: row[0],
    )
)
def test_any_spans_make_a_tree_with_each_of_them_once(
    rows: list[tuple[int, int | None, int, int, int]],
) -> None:
    spans = [
        make_span(str(number), None if parent is None else str(parent), start, end, f"s{service}")
        for number, parent, start, end, service in rows
    ]
    tree = build_tree(spans)
    assert sorted(row.span.span_id for row in tree.rows) == sorted(span.span_id for span in spans)
    shown = {row.span.span_id: row for row in tree.rows}
    above: list[TreeRow] = []
    for row in tree.rows:
        assert row.offset_ns >= 0
        assert row.offset_ns + row.duration_ns <= tree.duration_ns
        assert 0 <= row.self_ns <= row.duration_ns
        above = above[: row.depth]
        assert len(above) == row.depth
        if above:
            assert above[-1].offset_ns <= row.offset_ns
        if row.depth and not row.orphan and not row.in_cycle:
            assert above[-1] is shown[str(row.span.parent_id)]
        above.append(row)
