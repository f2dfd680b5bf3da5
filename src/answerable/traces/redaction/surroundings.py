"""What stands around a match: the engine of the expressions cannot look there itself."""

from __future__ import annotations

from typing import Final

from answerable.traces.redaction.patterns import Pattern

_WORD: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_DIGITS: Final = frozenset(b"0123456789")
_JOINTS: Final = frozenset(b".,-/:")


def is_whole_word(text: bytes, start: int, end: int) -> bool:
    """Tell whether neither a letter, a digit nor an underscore (ASCII) touches the stretch."""
    return not (start and text[start - 1] in _WORD) and not (end < len(text) and text[end] in _WORD)


def is_whole_number(text: bytes, start: int, end: int) -> bool:
    """Tell whether the stretch is no part of a longer number such as `1.234.567` or `2021-03-04`, nor of a word."""
    if not is_whole_word(text, start, end):
        return False
    if start > 1 and text[start - 1] in _JOINTS and text[start - 2] in _DIGITS:
        return False
    return not (end + 1 < len(text) and text[end] in _JOINTS and text[end + 1] in _DIGITS)


def has_near(words: Pattern, text: bytes, start: int, end: int, *, before: int, after: int = 0) -> bool:
    """Tell whether one of the words is in so many bytes before or after the stretch."""
    if words.search(text, max(0, start - before), start) is not None:
        return True
    return after > 0 and words.search(text, end, min(len(text), end + after)) is not None
