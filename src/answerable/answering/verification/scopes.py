"""Which words each negation of a text is about."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.answering.verification.tokens import Token
from answerable.answering.verification.wordlists import words

_REACH = 4
"""Words that matter behind a negation that it may be about."""

_DETERMINERS = words("no none nobody nothing neither nor kein keine keiner niemand")
_AUXILIARIES = words(
    "is are was were has have had do does did will would can could may might must should shall "
    "ist sind war waren hat wird"
)
_CLAUSE_WORDS = words(
    "but and because although though while which who that when if than aber und sondern weil"
)
_NOT_NEGATING = (
    ("not", "only"),
    ("not", "just"),
    ("not", "merely"),
    ("not", "least"),
    ("no", "doubt"),
    ("no", "matter"),
    ("nicht", "nur"),
    ("no", "#"),
)


def list_scopes(tokens: Sequence[Token]) -> list[list[int]]:
    """Return, for each negation, the indices of the words that it is about: the next ones up to a clause's end."""
    return [
        _ahead(tokens, index) or _behind(tokens, index)
        for index, token in enumerate(tokens)
        if token.kind == "negation" and not _is_idiom(tokens, index)
    ]


def _ahead(tokens: Sequence[Token], index: int) -> list[int]:
    scope: list[int] = []
    spans_verbs = tokens[index].key in _DETERMINERS
    for at in range(index + 1, min(len(tokens), index + 12)):
        token = tokens[at]
        if token.breaks or len(scope) == _REACH or token.kind == "negation":
            break
        if scope and (token.key in _CLAUSE_WORDS or (token.key in _AUXILIARIES and not spans_verbs)):
            break
        if token.matters:
            scope.append(at)
    return scope


def _behind(tokens: Sequence[Token], index: int) -> list[int]:
    """Return the word before a negation that ends its clause: `won nothing`, `weiß er nicht`."""
    for at in range(index - 1, max(-1, index - 4), -1):
        if tokens[at].matters:
            return [at]
    return []


def _is_idiom(tokens: Sequence[Token], index: int) -> bool:
    if index + 1 >= len(tokens):
        return False
    following = tokens[index + 1]
    return any(
        tokens[index].key == first and following.key.startswith(second) for first, second in _NOT_NEGATING
    )
