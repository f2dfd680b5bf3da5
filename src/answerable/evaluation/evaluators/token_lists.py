"""Texts as lists of words, for the measures that compare those."""

from __future__ import annotations

import re
import string
from typing import Final

_WORDS = re.compile(r"\w+")
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION: Final = str.maketrans("", "", string.punctuation)
_WIDE = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f])")
"""Kana and Han: scripts without spaces, where each character counts as a word (as MLQA does, Lewis et al. 2020)."""


def normalise_answer(text: str) -> str:
    """Return an answer as SQuAD compares it (Rajpurkar et al. 2016): no capitals, punctuation, or English articles."""
    bare = text.lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def split_answer(text: str) -> list[str]:
    """Return the words of an answer by SQuAD's rules; of kana and Han, the characters."""
    return _WIDE.sub(r" \1 ", normalise_answer(text)).split()


def split_words(text: str) -> list[str]:
    """Return the words of a text in small letters; of kana and Han, the characters."""
    return _WORDS.findall(_WIDE.sub(r" \1 ", text.lower()))
