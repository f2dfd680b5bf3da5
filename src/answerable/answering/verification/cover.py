"""How much of what the sentence says stands in the passages."""

from __future__ import annotations

import math

from answerable.answering.verification.alignment import TITLE
from answerable.answering.verification.case import Case
from answerable.answering.verification.stems import stem
from answerable.answering.verification.tokens import Token
from answerable.answering.verification.wordlists import words

_TITLE_SHARE = 0.3
"""What a word of the title counts: naming the subject of a passage is not yet saying what it says."""

_LIGHT = frozenset(
    stem(word, "en")
    for word in words(
        "take give get make offer provide include involve compare consider come go become use consume become allow "
        "let need want help try start begin keep put call know mean refer relate well way thing"
    )
)
"""Words that a writer changes freely without saying anything else."""


def cover(case: Case) -> float:
    """Return the share of the sentence's words that were found, each by its weight, between 0 and 1."""
    total = found = 0.0
    for index, token in enumerate(case.tokens):
        match = case.matches.get(index)
        if not token.matters or (match is None and token.quantity is not None):
            continue  # a number that is not found is for the numbers check: it may be a rounded one
        worth = weight(case, token)
        if match is not None and match.position == TITLE:
            worth *= _TITLE_SHARE
        total += worth
        if match is not None:
            found += worth * match.quality
    return found / total if total else 0.0


def weight(case: Case, token: Token) -> float:
    """Return what a word is worth: names and numbers more, words that the passages repeat less (an idf of one text)."""
    base = {"name": 1.5, "number": 1.5}.get(token.kind, 1.0)
    if token.key in _LIGHT:
        base = 0.5
    if len(token.text) == 1 and not token.text.isascii():
        return base * 0.5
    return base / (1.0 + 0.3 * math.log1p(len(case.ground.places.get(token.key, ()))))


def missing(case: Case) -> list[Token]:
    """Return the words that the passages do not hold."""
    return [
        t for i, t in enumerate(case.tokens) if t.matters and t.kind != "number" and i not in case.matches
    ]
