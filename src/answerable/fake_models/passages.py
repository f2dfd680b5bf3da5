"""The search for the sentence of the sources that a question asks for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from answerable.llm.sources import Source

_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+|(?<=[。！？])|\n+")
_WORD = re.compile(r"\w+")
_STOP_WORDS = frozenset(
    """
    a about after all also an and any are as at be been before but by can could did do does for from had
    has have he her his how i if in into is it its may me more my no not of on one or our she should so
    some such than that the their them then there these they this to was we were what when where which
    who whom whose why will with would you your many much
    """.split()  # noqa: SIM905
)
_ENOUGH = 2
"""Content words that a sentence must share with a question that has as many."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence of a source. `number` is the source's."""

    number: int
    text: str


@lru_cache(maxsize=4096)
def split_sentences(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the sentences of a text, each with its content words."""
    sentences = (sentence.strip() for sentence in _SENTENCE_END.split(text))
    return tuple((sentence, content_words(sentence)) for sentence in sentences if sentence)


def content_words(text: str) -> frozenset[str]:
    """Return the words that carry meaning: lower case, without stop words and without a plural s."""
    words = (word.lower() for word in _WORD.findall(text))
    return frozenset(_singular(word) for word in words if word not in _STOP_WORDS)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def find_passage(question: str, sources: Sequence[Source]) -> Passage | None:
    """Return the sentence that shares most with the question, rare words counting more, None if none does.

    The earlier sentence wins a tie, so the answer depends on nothing but the prompt.
    """
    asked = content_words(question)
    found = [
        (asked & words, Passage(source.number, sentence))
        for source in sources
        for sentence, words in split_sentences(source.text)
    ]
    enough = min(_ENOUGH, max(1, len(asked)))
    candidates = [(shared, passage) for shared, passage in found if len(shared) >= enough]
    if not candidates:
        return None
    spread = Counter(word for shared, _ in found for word in shared)
    return max(candidates, key=lambda candidate: sum(1.0 / spread[word] for word in candidate[0]))[1]
