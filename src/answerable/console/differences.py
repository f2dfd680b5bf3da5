"""Two texts side by side: which lines face each other, and which of their words differ. HTML is escaped here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape
from itertools import zip_longest

MOST_CHARACTERS = 20_000
"""Texts over this, both together, are not compared word by word: the time grows with the product of their lengths."""

_LIKENESS = 0.35
"""Texts less alike share only small words, and marking between them would be noise: they differ as a whole."""

_HUNK = re.compile(r"^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
_WORD = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")


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


def mark_words(before: str, after: str) -> tuple[str, str]:
    """Return both texts as HTML, the words that differ in `<del>` and `<ins>`."""
    if len(before) + len(after) > MOST_CHARACTERS:
        return escape(before), escape(after)
    old, new = _WORD.findall(before), _WORD.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.real_quick_ratio() < _LIKENESS or matcher.ratio() < _LIKENESS:
        return _mark("del", [before]), _mark("ins", [after])
    left, right = [], []
    for kind, first, last, begin, stop in matcher.get_opcodes():
        same = kind == "equal"
        left.append(_mark("" if same else "del", old[first:last]))
        right.append(_mark("" if same else "ins", new[begin:stop]))
    return "".join(left), "".join(right)


def _face(removed: Sequence[Line], added: Sequence[Line]) -> Iterator[Pair]:
    return (Pair(before, after) for before, after in zip_longest(removed, added))


def _mark(tag: str, words: Sequence[str]) -> str:
    text = escape("".join(words))
    return f"<{tag}>{text}</{tag}>" if tag and text else text
