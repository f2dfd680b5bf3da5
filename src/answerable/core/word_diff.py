"""Which words of two texts differ, as HTML; it is escaped here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from html import escape

MOST_CHARACTERS = 20_000
"""Texts over this, both together, are not compared word by word: the time grows with the product of their lengths."""

_LIKENESS = 0.35
"""Texts less alike share only small words, and marking between them would be noise: they differ as a whole."""

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]\s*|\w+\s*|[^\w\s]\s*|\s+")
"""Chinese and Japanese put no spaces between words: there each character stands for itself."""

_JOINER = "\u200d"


def mark_words(before: str, after: str) -> tuple[str, str]:
    """Return both texts as HTML, the words that differ in `<del>` and `<ins>`."""
    if len(before) + len(after) > MOST_CHARACTERS:
        return escape(before), escape(after)
    old, new = _split(before), _split(after)
    matcher = SequenceMatcher(None, _strip(old), _strip(new), autojunk=False)
    if matcher.real_quick_ratio() < _LIKENESS or matcher.ratio() < _LIKENESS:
        return _mark("del", [before]), _mark("ins", [after])
    blocks = list(_list_blocks(matcher, old, new))
    left = (_mark("" if same else "del", was) for was, _, same in blocks)
    right = (_mark("" if same else "ins", now) for _, now, same in blocks)
    return "".join(left), "".join(right)


def _split(text: str) -> list[str]:
    """Return words, single signs and spaces; joined they are the text again.

    What people see as one character stays whole: marks, as of Hindi or Hebrew vowels, go with what they stand on, and
    joined emoji with each other.
    """
    words: list[str] = []
    for word in _WORD.findall(text):
        joined = words and (unicodedata.category(word[0])[0] == "M" or _JOINER in (word[0], words[-1][-1]))
        if joined:
            words[-1] += word
        else:
            words.append(word)
    return words


def _list_blocks(
    matcher: SequenceMatcher[str], old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[Sequence[str], Sequence[str], bool]]:
    """Yield what faces each other, and whether it is the same.

    Words were matched without the space after them. Where it differs between words that stayed, the word is marked;
    at the end of a block it differs because of what follows.
    """
    for kind, first, last, begin, stop in matcher.get_opcodes():
        if kind != "equal":
            yield old[first:last], new[begin:stop], False
            continue
        for was, now in zip(range(first, last), range(begin, stop), strict=True):
            same = old[was] == new[now] or was == last - 1
            yield old[was : was + 1], new[now : now + 1], same


def _strip(words: Sequence[str]) -> list[str]:
    return [word.rstrip() or word for word in words]


def _mark(tag: str, words: Sequence[str]) -> str:
    text = escape("".join(words))
    return f"<{tag}>{text}</{tag}>" if tag and text else text
