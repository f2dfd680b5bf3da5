"""Regular expressions that take linear time on any text (RE2): prompts are written by strangers.

There are no look-arounds and no references back; a detector looks at what is around a match itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

import re2

_MAX_MEMORY: Final = 8 << 20
"""Bytes that one expression may take; one that needs more is refused when it is compiled."""


class Match(Protocol):
    def span(self, group: int = 0) -> tuple[int, int]:
        """Return where the group is, (-1, -1) where it did not take part."""
        ...

    def __getitem__(self, group: int) -> bytes: ...


class Pattern(Protocol):
    def finditer(self, text: bytes, pos: int = 0, endpos: int | None = None) -> Iterator[Match]: ...

    def search(self, text: bytes, pos: int = 0, endpos: int | None = None) -> Match | None: ...

    def match(self, text: bytes, pos: int = 0, endpos: int | None = None) -> Match | None: ...

    def fullmatch(self, text: bytes, pos: int = 0, endpos: int | None = None) -> Match | None: ...


class BadPatternError(ValueError):
    """An expression that cannot be used, and why."""


def compile_pattern(expression: str) -> Pattern:
    """Return the expression, ready. Raises BadPatternError."""
    try:
        pattern: Pattern = re2.compile(expression, _make_options())
    except (re2.error, UnicodeEncodeError) as error:
        raise BadPatternError(_explain(error)) from error
    return pattern


class PatternSet:
    """Many expressions, looked for in one pass."""

    def __init__(self, expressions: Sequence[str]) -> None:
        self._set = re2.Set.SearchSet(_make_options())
        for expression in expressions:
            self._set.Add(expression)
        self._set.Compile()

    def match(self, text: bytes) -> list[int]:
        """Return the indexes of the expressions that are somewhere in the text, in ascending order."""
        return sorted(self._set.Match(text) or ())  # None: there is none


def _make_options() -> re2.Options:
    options = re2.Options()
    options.max_mem = _MAX_MEMORY
    options.log_errors = False
    return options


_WORDS: Final[Mapping[str, str]] = {
    "invalid perl operator: (?<": "there is no looking back, `(?<=` and `(?<!`",
    "invalid perl operator: (?=": "there is no looking ahead, `(?=`",
    "invalid perl operator: (?!": "there is no looking ahead, `(?!`",
    "pattern too large": "it takes too much memory; repeat less often",
}


def _explain(error: Exception) -> str:
    text = error.args[0] if error.args else ""
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return next((words for start, words in _WORDS.items() if text.startswith(start)), text)
