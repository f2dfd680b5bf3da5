"""Sections: what stands under one heading, small neighbours joined."""

from __future__ import annotations

import re
from dataclasses import dataclass

from answerable.knowledge.chunking.structure import Heading, Structure
from answerable.knowledge.chunking.tokens import TokenMap

_HEADING = re.compile(r"\s{0,3}#{1,6}(\s|$)")


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of the text under one heading path.

    `above` is the path over its first line: shorter than `path` when it begins with its own heading.
    """

    start: int
    end: int
    path: tuple[str, ...]
    above: tuple[str, ...]


def find_sections(text: str, structure: Structure, tokens: TokenMap, *, room: int) -> list[Section]:
    """Return the sections in order, without the empty ones; `room` is what a chunk may hold, in tokens.

    A heading with nothing below it goes with the section that follows. A section of less than a third of
    `room` joins the one before it, if one is the parent of the other or both have the same parent and the two
    fit into one chunk; the path of the two is what their paths share.
    """
    joined: list[Section] = []
    for section in _split(text, structure):
        before = joined[-1] if joined else None
        if before is not None and _may_join(text, before, section, tokens, room):
            joined[-1] = _join(text, before, section)
        else:
            joined.append(section)
    return joined


def _split(text: str, structure: Structure) -> list[Section]:
    sections: list[Section] = []
    stack: list[Heading] = []
    path: tuple[str, ...] = ()
    start = structure.skipped
    above: tuple[str, ...] = ()
    for heading in [*structure.headings, None]:
        end = len(text) if heading is None else heading.start
        if text[start:end].strip():
            sections.append(Section(start, end, path, above))
        if heading is not None:
            stack = [one for one in stack if one.level < heading.level]
            above = tuple(one.title for one in stack if one.title)
            stack.append(heading)
            start, path = heading.start, (*above, heading.title) if heading.title else above
    return sections


def _may_join(text: str, before: Section, after: Section, tokens: TokenMap, room: int) -> bool:
    bare = _is_bare(text, before)
    if bare and _is_below(after, before):
        return True
    if tokens.count(before.start, after.end) > room:
        return False
    small = room // 3
    if not bare and min(tokens.count(one.start, one.end) for one in (before, after)) >= small:
        return False
    depths = len(before.path), len(after.path)
    return len(_share(before.path, after.path)) >= min(*depths, max(depths) - 1)


def _join(text: str, before: Section, after: Section) -> Section:
    if _is_bare(text, before) and _is_below(after, before):
        return Section(before.start, after.end, after.path, before.above)
    return Section(before.start, after.end, _share(before.path, after.path), before.above)


def _is_below(section: Section, parent: Section) -> bool:
    return section.path[: len(parent.path)] == parent.path


def _is_bare(text: str, section: Section) -> bool:
    """Tell whether a section is a heading and nothing else."""
    content = text[section.start : section.end].strip()
    return section.above != section.path and all(_HEADING.match(line) for line in content.split("\n") if line)


def _share(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    count = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    return one[:count]
