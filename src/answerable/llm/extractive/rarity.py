"""How rare a word is in English at large, between 0 and 1.

The vocabulary of the embedded embedder lists its words by how often they occur, so a word's place in it stands for
its frequency (Zipf's law: the logarithm of the place). What is not in it, as most names are, is rare.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

from answerable.llm.extractive.words import fold, stem

_FIRST_WORD = "the"
_COMMON = 60
"""Places in the vocabulary before which every word counts alike."""


class Rarity:
    """Looks terms up. `places` maps a stem to the best place of its words."""

    def __init__(self, places: dict[str, int]) -> None:
        self._places = places
        self._scale = math.log1p(max(places.values(), default=1) / _COMMON)

    @classmethod
    def load(cls, tokenizer: Path) -> Rarity:
        """Read the vocabulary out of a Hugging Face tokenizer file."""
        vocabulary: dict[str, int] = json.loads(tokenizer.read_text(encoding="utf-8"))["model"]["vocab"]
        first = vocabulary[_FIRST_WORD]
        places: dict[str, int] = {}
        for word, place in vocabulary.items():
            if place >= first and word.isalpha():
                term = stem(fold(word))
                places[term] = min(place - first, places.get(term, place))
        return cls(places)

    def weight(self, term: str) -> float:
        """Return how much a term tells: near 0 for the commonest words, 1 for one that is not in the vocabulary."""
        place = self._places.get(term)
        return 1.0 if place is None else 0.1 + 0.8 * math.log1p(place / _COMMON) / self._scale
