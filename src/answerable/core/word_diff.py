"""Which words of two texts differ, as HTML; it is escaped here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from html import escape

MOST_CHARACTERS = 20_000
"""Texts over this, both together, are not compared word by word: the time grows with the product of their lengths."""

_LIKENESS = 0.35
"""Texts less alike share only small words, and marking between them would be noise: they differ as a whole."""

_WORD = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")


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


def _mark(tag: str, words: Sequence[str]) -> str:
    text = escape("".join(words))
    return f"<{tag}>{text}</{tag}>" if tag and text else text
