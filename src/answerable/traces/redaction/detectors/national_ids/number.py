"""How a national number is found: its shape, its check digits, and for shapes that say little a word near it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from answerable.traces.redaction.patterns import Pattern, compile_pattern
from answerable.traces.redaction.surroundings import has_near, is_whole_number
from answerable.traces.redaction.types import Detector, Found

_SEPARATORS: Final = b" -./"
_BEFORE: Final = 60
_AFTER: Final = 30


@dataclass(frozen=True)
class NationalNumber:
    """`is_valid` gets the number in capitals, without separators. `words` have to be near a number without checks."""

    shape: str
    is_valid: Callable[[bytes], bool]
    words: str | None = None
    _pattern: Pattern = field(init=False)
    _words: Pattern | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_pattern", compile_pattern(self.shape))
        words = None if self.words is None else compile_pattern(rf"(?i)\b(?:{self.words})\b")
        object.__setattr__(self, "_words", words)

    def find(self, text: bytes) -> Iterator[Found]:
        for match in self._pattern.finditer(text):
            start, end = match.span()
            number = text[start:end].translate(None, _SEPARATORS).upper()
            if (
                is_whole_number(text, start, end)
                and self.is_valid(number)
                and self._is_meant(text, start, end)
            ):
                yield Found(start, end, "NATIONAL_ID")

    def to_detector(self) -> Detector:
        return Detector(self.shape, self.find)

    def _is_meant(self, text: bytes, start: int, end: int) -> bool:
        return self._words is None or has_near(self._words, text, start, end, before=_BEFORE, after=_AFTER)
