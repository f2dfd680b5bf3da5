"""How much of an answer is left in the text that the user finally used."""

from __future__ import annotations

import re
from typing import Final

from rapidfuzz.distance import Levenshtein

from answerable.quality.signals.types import Signal

SIGNAL: Final = Signal(
    name="edit_similarity",
    source="code",
    holds="0 to 1",
    definition=(
        "From `final_text`: 1 less the words and signs that were inserted, deleted or replaced (Levenshtein distance), "
        "divided by those of the longer text. Upper and lower case are different, white space and citation markers do "
        "not count. 1 is an answer used as it was."
    ),
)

_UNSPACED: Final = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Scripts that write no spaces between words, or few: they count by character."""
_TOKEN: Final = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+|[^\w\s]")
_MARKER: Final = re.compile(r"\s*\[\d{1,3}\]")


def measure(answer: str, final_text: str) -> float:
    """Return the similarity from 0 to 1. It takes 1.5 ms for 4,000 words, 35 ms for 20,000."""
    return Levenshtein.normalized_similarity(_tokenize(answer), _tokenize(final_text))


def _tokenize(text: str) -> list[str]:
    return _TOKEN.findall(_MARKER.sub("", text))
