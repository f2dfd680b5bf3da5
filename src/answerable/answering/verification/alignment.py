"""Which word of the passages each word of a sentence comes from.

The best path through the candidate places of all words is found by dynamic programming: a word counts for how well
it matches, a step between two words costs more the farther it leads from where the last word stood. So a word that
occurs often is matched where its neighbours are, and two merged sentences still align with one jump.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from answerable.answering.verification.passages import Ground
from answerable.answering.verification.stems import root, stem
from answerable.answering.verification.tokens import Token
from answerable.answering.verification.wordlists import DEMONYMS, OPPOSITES, SYNONYMS

MAX_TOKENS = 600
"""Tokens of one sentence that are read, which bounds the time of a huge one; what is longer is never `supported`."""

_MAX_CANDIDATES = 12
_BEAM = 32
_SKIP = -0.4
_REUSE = -0.5
TITLE = -1
"""The position of a word that stands in the title of a passage and not in its text."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where a word was found: `position` in the ground, or TITLE; `quality` is 1 for the same stem, less for kin."""

    position: int
    quality: float


@dataclass(frozen=True, slots=True)
class _Path:
    score: float
    last: int
    step: tuple[int, Match] | None = None
    before: _Path | None = None


def align(tokens: Sequence[Token], ground: Ground) -> dict[int, Match]:
    """Return for each token that matters (by its index) where it was found; absent means not found."""
    paths = {-1: _Path(0.0, -1)}
    indices = [index for index, token in enumerate(tokens) if token.matters]
    for order, index in enumerate(indices):
        neighbours = {tokens[i].key for i in indices[max(0, order - 2) : order + 3] if i != index}
        found = _candidates(tokens[index], ground, neighbours)
        paths = _extend(paths, index, found, ground)
    best: _Path | None = max(paths.values(), key=lambda path: path.score)
    matches: dict[int, Match] = {}
    while best is not None:
        if best.step is not None:
            matches[best.step[0]] = best.step[1]
        best = best.before
    return matches


def _extend(paths: dict[int, _Path], index: int, found: list[Match], ground: Ground) -> dict[int, _Path]:
    extended = {last: _Path(path.score + _SKIP, last, None, path) for last, path in paths.items()}
    for match in found:
        for path in paths.values():
            last = match.position if match.position != TITLE else path.last
            score = path.score + match.quality + _step(path.last, match.position, ground)
            if path.last == match.position != TITLE and ground.tokens[path.last].kind == "number":
                continue
            if last not in extended or score > extended[last].score:
                extended[last] = _Path(score, last, (index, match), path)
    if len(extended) > _BEAM:
        best = sorted(extended.values(), key=lambda path: -path.score)[:_BEAM]
        extended = {path.last: path for path in best}
    return extended


def _step(last: int, position: int, ground: Ground) -> float:
    """Return what it costs to go on at `position` after `last`."""
    if last < 0 or position == TITLE:
        return 0.0
    if last == position:
        return _REUSE
    if ground.sentence[last] != ground.sentence[position]:
        return -0.35 if ground.numbers[last] == ground.numbers[position] else -0.45
    distance = position - last
    if distance < 0:
        return -0.25
    return 0.2 if distance <= 2 else 0.1 if distance <= 6 else -0.05


def _candidates(token: Token, ground: Ground, neighbours: set[str]) -> list[Match]:
    """Return the places that may be meant, the likeliest first."""
    matches: dict[int, float] = {}
    for position, quality in _all_candidates(token, ground):
        if position not in matches:
            matches[position] = quality
    found = [Match(position, quality) for position, quality in matches.items()]
    if token.key in ground.title_keys:
        found.append(Match(TITLE, 0.9))
    if len(found) <= _MAX_CANDIDATES:
        return found

    def closeness(match: Match) -> float:
        if match.position == TITLE:
            return match.quality
        around = {ground.tokens[p].key for p in ground.near(match.position, 3)}
        return match.quality + len(around & neighbours)

    return sorted(found, key=lambda match: -closeness(match))[:_MAX_CANDIDATES]


def _all_candidates(token: Token, ground: Ground) -> Iterator[tuple[int, float]]:
    for position in ground.places.get(token.key, ())[:200]:
        yield position, 1.0
    if token.kind == "number":
        return
    for key in demonyms(token.key):
        for position in ground.places.get(key, ()):
            yield position, 0.9
    if token.kind == "word" or token.key[:1] != "=":
        for position in ground.roots.get(root(token.key, ground.language), ())[:50]:
            if not _is_other_name(token, ground.tokens[position]):
                yield position, 0.85
    if token.kind == "word" and ground.language == "en":
        for key in synonyms(token.key):
            for position in ground.places.get(key, ())[:50]:
                yield position, 0.75


def _is_other_name(token: Token, other: Token) -> bool:
    """Whether a name only shares the root of another word: neither Johnson and Johns nor Justice and just are kin."""
    return token.kind == "name" and not _plural(token.key, other.key)


def _plural(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one) if abs(len(one) - len(other)) <= 2 else False


@cache
def demonyms(key: str) -> frozenset[str]:
    """Return the keys of the country of a people's name and the other way round."""
    return _STEMMED_DEMONYMS.get(key, frozenset())


@cache
def synonyms(key: str) -> frozenset[str]:
    return _STEMMED_SYNONYMS.get(key, frozenset())


@cache
def opposites(key: str) -> frozenset[str]:
    """Return the keys of words that mean the opposite; function words (before, after) are included."""
    return _STEMMED_OPPOSITES.get(key, frozenset())


def _stemmed(words: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    stemmed: dict[str, set[str]] = {}
    for word, others in words.items():
        keys = {
            key for other in others for key in (other, stem(other, "en"))
        }  # function words keep their form
        for key in {word, stem(word, "en")}:
            stemmed.setdefault(key, set()).update(keys)
    return {word: frozenset(others) for word, others in stemmed.items()}


_STEMMED_DEMONYMS = _stemmed(DEMONYMS)
_STEMMED_SYNONYMS = _stemmed(SYNONYMS)
_STEMMED_OPPOSITES = _stemmed(OPPOSITES)
