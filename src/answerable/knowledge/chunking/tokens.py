"""Token counts of every stretch of a text, from one pass over it.

A word-piece tokenizer looks at one word at a time, so the tokens of a text are the sum over its words, and
words repeat: a cache of counts by word replaces the tokenizer. On 3.5 MB of documentation (1.1 M tokens, one
core) one encoding of each text takes 1.2 to 1.6 s and a splitter that asks the tokenizer for each candidate
cut about 11 s; this takes 0.3 s with an empty cache, and every cut after it is a search in an array.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import accumulate
from pathlib import Path

from tokenizers import Tokenizer

from answerable.llm.minilm.model import TOKENIZER_PATH

_MAX_CACHED = 400_000
_PUNCTUATION = r"!-/:-@\[-`{-~"
_IDEOGRAPHS = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"
_PIECE = re.compile(
    rf"(?:[{_IDEOGRAPHS}]|[{_PUNCTUATION}]|[^\s{_PUNCTUATION}{_IDEOGRAPHS}]{{1,24}}|\s)\s{{0,63}}"
)
"""What the tokenizer never joins: an ideograph, an ASCII punctuation mark, a run of anything else, with the
space behind it. Runs are cut at 24 characters, so that a text without spaces can be cut too; spaces at 64."""


class TokenMap:
    """The tokens of one text. Positions are character offsets."""

    __slots__ = ("_ends", "_totals")

    def __init__(self, ends: list[int], totals: list[int]) -> None:
        self._ends = ends
        self._totals = totals

    def count(self, start: int, end: int) -> int:
        """Return the tokens of the words that touch text[start:end]."""
        return self._totals[bisect_left(self._ends, end) + 1 if end else 0] - self._before(start)

    def find_limit(self, start: int, tokens: int) -> int:
        """Return the last offset up to which text[start:...] has at most `tokens`, one piece at the least."""
        first = bisect_right(self._ends, start)
        last = bisect_right(self._totals, self._before(start) + tokens) - 2
        return self._ends[min(max(last, first), len(self._ends) - 1)]

    def _before(self, offset: int) -> int:
        """Return the tokens of the pieces that end at `offset` or before."""
        return self._totals[bisect_right(self._ends, offset)]


class TokenCounter:
    """Counts the tokens of texts as one word-piece tokenizer does, without its special tokens."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._counts: dict[str, int] = {}

    @classmethod
    def load(cls, path: Path = TOKENIZER_PATH) -> TokenCounter:
        """Read a Hugging Face tokenizer file; takes about 20 ms."""
        tokenizer = Tokenizer.from_file(str(path))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return cls(tokenizer)

    def count(self, text: str) -> int:
        """Return the tokens of a whole text."""
        return sum(self._count_pieces(_PIECE.findall(text)))

    def measure(self, text: str) -> TokenMap:
        """Return the counts of every stretch of a text."""
        pieces = _PIECE.findall(text)
        ends = list(accumulate(map(len, pieces)))
        return TokenMap(ends, list(accumulate(self._count_pieces(pieces), initial=0)))

    def _count_pieces(self, pieces: list[str]) -> list[int]:
        counts = self._counts
        if len(counts) > _MAX_CACHED:
            counts.clear()
        for piece in set(pieces).difference(counts):
            counts[piece] = self._count_word(piece.rstrip())
        return [counts[piece] for piece in pieces]

    def _count_word(self, word: str) -> int:
        """Return the tokens of one word; a piece of spaces only counts as one, so that spaces are bounded
        too.
        """
        known = self._counts.get(word)
        if known is not None:
            return known
        count = len(self._tokenizer.encode(word, add_special_tokens=False)) if word else 1
        self._counts[word] = count
        return count
