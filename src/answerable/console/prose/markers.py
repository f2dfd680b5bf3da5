"""The citation markers of an answer: where they stand and which sources they name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_MARKERS = re.compile(r"((?:[ \t]*\[\d{1,3}(?:\s*,\s*\d{1,3})*\])+)([.,;:!?。！？，；：]?)")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Markers:
    """Markers in a row. From `sign` to `end` stands what ends their sentence: it is shown before them."""

    start: int
    sign: int
    end: int
    numbers: tuple[int, ...]


def find_markers(text: str, start: int, end: int, *, outside: Sequence[tuple[int, int]]) -> list[Markers]:
    """Return the markers of `text[start:end]` that begin outside of these ranges, with the blanks before them."""
    return [
        Markers(match.start(), match.end(1), match.end(), tuple(map(int, _NUMBER.findall(match[1]))))
        for match in _MARKERS.finditer(text, start, end)
        if not any(begin <= match.start(1) < stop for begin, stop in outside)
    ]
