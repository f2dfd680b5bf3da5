"""From spans to the rows of a waterfall. Nothing about the spans is taken for granted: they may come from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from answerable.traces.types import Span


@dataclass(frozen=True, slots=True)
class TreeRow:
    """A span in its place, times in nanoseconds. `offset_ns` counts from the beginning of the tree.

    `self_ns` is the part of `duration_ns` in which none of its children ran. `orphan` marks a span whose parent is not
    there; it hangs under the root if there is one. `in_cycle` marks one that was its own ancestor, and hangs there too.
    `shifted_ns` is by how much later it is shown than its clock said, as it would have begun before its parent.
    """

    span: Span
    depth: int
    offset_ns: int
    duration_ns: int
    self_ns: int
    children: int
    orphan: bool = False
    in_cycle: bool = False
    shifted_ns: int = 0


@dataclass(frozen=True, slots=True)
class SpanTree:
    """Each parent right before its children, which are in the order of their beginning."""

    start_ns: int
    duration_ns: int
    rows: tuple[TreeRow, ...]


@dataclass(frozen=True, slots=True)
class _Placed:
    """Where a span is shown: from when to when, how deep, and how far that is from what its clock said."""

    span: Span
    depth: int
    start_ns: int
    end_ns: int
    delta_ns: int
    shifted_ns: int


_TOP: Final = ""
"""Stands for the parent of what has none; no span has this id."""


def build_tree(spans: Sequence[Span]) -> SpanTree:
    """Return the tree of spans with ids of their own. Takes O(n log n), and no recursion: it may be any deep."""
    known = {span.span_id: span for span in spans}
    in_cycle = _find_cycle_heads(known)
    orphans = {span.span_id for span in spans if span.parent_id is not None and span.parent_id not in known}
    children = _list_children(known, loose=orphans | in_cycle)
    placed = list(_place(children))
    if not placed:
        return SpanTree(0, 0, ())
    start = min(place.start_ns for place in placed)
    shown = {place.span.span_id: place for place in placed}
    rows = tuple(
        TreeRow(
            span=place.span,
            depth=place.depth,
            offset_ns=place.start_ns - start,
            duration_ns=place.end_ns - place.start_ns,
            self_ns=_measure_self(place, [shown[child.span_id] for child in under]),
            children=len(under),
            orphan=place.span.span_id in orphans,
            in_cycle=place.span.span_id in in_cycle,
            shifted_ns=place.shifted_ns,
        )
        for place in placed
        for under in (children.get(place.span.span_id, ()),)
    )
    return SpanTree(start, max(place.end_ns for place in placed) - start, rows)


def _find_cycle_heads(known: Mapping[str, Span]) -> set[str]:
    """Return of each cycle the span that began first: cut off from its parent, it makes the cycle a tree."""
    heads: set[str] = set()
    seen: dict[str, int] = {}  # span -> the walk that came by
    for walk, begin in enumerate(known):
        at: str | None = begin
        path: list[str] = []
        while at is not None and at in known and at not in seen:
            seen[at] = walk
            path.append(at)
            at = known[at].parent_id
        if at is not None and at in known and seen[at] == walk:
            cycle = path[path.index(at) :]
            heads.add(min(cycle, key=lambda span_id: _order(known[span_id])))
    return heads


def _list_children(known: Mapping[str, Span], *, loose: set[str]) -> dict[str, list[Span]]:
    """Return the children by parent, in their order. What is loose goes to the first real root, if there is one."""
    roots = [span for span in known.values() if span.parent_id is None]
    home = min(roots, key=_order).span_id if roots else _TOP
    children: dict[str, list[Span]] = {}
    for span in known.values():
        parent = home if span.span_id in loose else span.parent_id or _TOP
        children.setdefault(parent, []).append(span)
    for under in children.values():
        under.sort(key=_order)
    return children


def _place(children: Mapping[str, Sequence[Span]]) -> Iterable[_Placed]:
    """Yield the spans, each parent before its children, where they are shown."""
    waiting: list[tuple[Span, _Placed | None]] = [(span, None) for span in reversed(children.get(_TOP, ()))]
    while waiting:
        span, parent = waiting.pop()
        place = _place_one(span, parent)
        yield place
        waiting += [(child, place) for child in reversed(children.get(span.span_id, ()))]


def _place_one(span: Span, parent: _Placed | None) -> _Placed:
    """A process has one clock, so what is a span's own service is shifted along with it."""
    if parent is None:
        return _Placed(span, 0, span.start_ns, max(span.start_ns, span.end_ns), 0, 0)
    delta = parent.delta_ns if span.service == parent.span.service else 0
    more = max(0, parent.start_ns - (span.start_ns + delta))
    start = span.start_ns + delta + more
    duration = max(0, span.end_ns - span.start_ns)
    return _Placed(span, parent.depth + 1, start, start + duration, delta + more, delta + more)


def _measure_self(place: _Placed, children: Sequence[_Placed]) -> int:
    """Return the time of a span that its children do not cover; they may overlap and outlive it."""
    covered, reached = 0, place.start_ns
    for child in sorted(children, key=lambda child: child.start_ns):
        begin, end = max(child.start_ns, reached), min(child.end_ns, place.end_ns)
        if end > begin:
            covered += end - begin
            reached = end
    return place.end_ns - place.start_ns - covered


def _order(span: Span) -> tuple[int, str]:
    return span.start_ns, span.span_id
