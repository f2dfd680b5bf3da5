"""The texts that an output is held against."""

from __future__ import annotations

from typing import Any

from answerable.datasets.types import Example
from answerable.evaluation.evaluators.wording import without_markers


def list_references(example: Example) -> tuple[str, ...]:
    """Return the texts that are right, the expected one first; none where what is expected is no text."""
    expected = example.expected
    first = () if expected is None or not is_plain(expected) else (str(expected),)
    return (*first, *example.acceptable)


def list_wordings(example: Example) -> tuple[str, ...]:
    """Return the right texts as their words are compared: without the markers of an answer kept as the expected one."""
    return tuple(without_markers(text) or text for text in list_references(example))


def is_plain(expected: Any) -> bool:
    """Whether what is expected is one text or number, and not JSON of several values."""
    return isinstance(expected, str | int | float) and not isinstance(expected, bool)
