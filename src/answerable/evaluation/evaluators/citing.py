"""The citation markers of an output."""

from __future__ import annotations

import re

from answerable.core.sentences import MARKER
from answerable.evaluation.types import Output

_RANGE = re.compile(r"(\d{1,3})(?:\s*[–-]\s*\^?(\d{1,3}))?")


def list_cited(output: Output) -> tuple[int, ...]:
    """Return the markers that an output cites, in order: those of its sentences, else those in its text."""
    if output.sentences:
        return tuple(marker for sentence in output.sentences for marker in sentence.markers)
    return find_markers(output.text)


def find_markers(text: str) -> tuple[int, ...]:
    """Return the markers in a text: `[2]` is 2, `[1, 3-5]` are 1, 3, 4 and 5."""
    return tuple(
        marker
        for found in MARKER.finditer(text)
        for part in _RANGE.finditer(found.group())
        for marker in _expand(part)
    )


def _expand(part: re.Match[str]) -> range:
    first = int(part.group(1))
    return range(first, int(part.group(2) or first) + 1)
