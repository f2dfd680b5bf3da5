"""The texts that an output is held against."""

from __future__ import annotations

from typing import Any

from answerable.datasets.types import Example


def list_references(example: Example) -> tuple[str, ...]:
    """Return the texts that are right, the expected one first; none where what is expected is no text."""
    expected = example.expected
    first = () if expected is None or not is_plain(expected) else (str(expected),)
    return (*first, *example.acceptable)


def is_plain(expected: Any) -> bool:
    """Whether what is expected is one text or number, and not JSON of several values."""
    return isinstance(expected, str | int | float) and not isinstance(expected, bool)
