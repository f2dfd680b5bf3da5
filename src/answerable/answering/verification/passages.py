"""Passages made ready for comparison: tokens, sentences and the places of every key."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from answerable.answering.types import Evidence
from answerable.answering.verification.sentences import Sentence, folded, split_sentences
from answerable.answering.verification.stems import root
from answerable.answering.verification.tokens import Token, tokenize

MAX_PASSAGE_CHARS = 60_000
"""What stands behind this many characters of a passage is not read; chunks are a hundredth of it."""

_MIN_QUOTED = 3
"""Words of the shortest sentence of prose that is taken as quoted."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One passage. `tokens` holds every token; `sentence_of[i]` is the sentence of token i.

    `quotable` holds the sentences of prose and the items of lists by their folded text. Short prose (`Yes.`) is left
    out, since it means nothing away from where it stands.
    """

    text: str
    language: str
    tokens: tuple[Token, ...]
    sentences: tuple[Sentence, ...]
    sentence_of: tuple[int, ...]
    title: tuple[Token, ...] = ()
    quotable: Mapping[str, Sentence] = field(default_factory=dict)


@lru_cache(maxsize=512)
def prepare(text: str, title: str, language: str) -> Passage:
    """Return the passage made ready; cached, since a stream asks for the same passages at every sentence."""
    text = text[:MAX_PASSAGE_CHARS]
    tokens = tuple(tokenize(text, language))
    sentences = tuple(split_sentences(text, language))
    starts = [sentence.start for sentence in sentences]
    sentence_of = tuple(max(0, bisect_right(starts, token.start) - 1) for token in tokens)
    words = Counter(sentence_of)
    quotable = {
        folded(sentence.text): sentence
        for at, sentence in enumerate(sentences)
        if sentence.kind == "item" or (sentence.kind == "prose" and words[at] >= _MIN_QUOTED)
    }
    return Passage(text, language, tokens, sentences, sentence_of, tuple(tokenize(title, language)), quotable)


@dataclass(slots=True)
class Ground:
    """The passages that a sentence leans on, as one row of tokens.

    A position counts the tokens of all passages; `numbers[position]` is the passage's marker, `sentence[position]`
    a sentence number that no two passages share. `places` and `roots` map keys to positions.
    """

    evidence: Sequence[Evidence]
    language: str
    tokens: list[Token] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    sentence: list[int] = field(default_factory=list)
    places: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    roots: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    title_keys: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for item in self.evidence:
            self._add(item, prepare(item.text, item.title, item.language or self.language))

    def _add(self, item: Evidence, passage: Passage) -> None:
        base = self.sentence[-1] + 1 if self.sentence else 0
        for token, sentence in zip(passage.tokens, passage.sentence_of, strict=True):
            position = len(self.tokens)
            self.tokens.append(token)
            self.numbers.append(item.number)
            self.sentence.append(base + sentence)
            if token.matters:
                self.places[token.key].append(position)
                if token.kind != "number":
                    self.roots[root(token.key, passage.language)].append(position)
        self.title_keys.update(token.key for token in passage.title if token.matters)

    def has(self, key: str) -> bool:
        return key in self.places

    def near(self, position: int, reach: int) -> range:
        """Return the positions of the same sentence within `reach` tokens of `position`."""
        low, high = position, position
        while low > 0 and position - low < reach and self.sentence[low - 1] == self.sentence[position]:
            low -= 1
        while (
            high + 1 < len(self.tokens)
            and high - position < reach
            and self.sentence[high + 1] == self.sentence[position]
        ):
            high += 1
        return range(low, high + 1)
