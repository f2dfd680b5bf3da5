"""Two texts side by side: which lines face each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

_HUNK = re.compile(r"^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two lines that face each other. `same` lines are on both sides; neither side: lines were left out here."""

    before: Line | None
    after: Line | None
    same: bool = False


def pair_lines(unified: Iterable[str]) -> Iterator[Pair]:
    """Yield the lines of a unified diff as they stand side by side."""
    removed: list[Line] = []
    added: list[Line] = []
    left = right = 1
    for line in unified:
        sign, text = line[:1], line[1:]
        if sign == "-":
            removed.append(Line(left, text))
            left += 1
        elif sign == "+":
            added.append(Line(right, text))
            right += 1
        else:
            yield from _face(removed, added)
            removed, added = [], []
            if hunk := _HUNK.match(line):
                if int(hunk[1]) > left:
                    yield Pair(None, None)
                left, right = int(hunk[1]), int(hunk[2])
            else:
                yield Pair(Line(left, text), Line(right, text), same=True)
                left, right = left + 1, right + 1
    yield from _face(removed, added)


def _face(removed: Sequence[Line], added: Sequence[Line]) -> Iterator[Pair]:
    return (Pair(before, after) for before, after in zip_longest(removed, added))
