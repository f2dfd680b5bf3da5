"""The word lists of `lexicon/`, read once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from importlib.resources import files


def words(text: str) -> frozenset[str]:
    """Return the words of `text` as a set."""
    return frozenset(text.split())


_FOLDER = files("answerable.answering.verification.lexicon")


def _groups(name: str) -> Iterator[list[str]]:
    """Yield the words of each group of a list; groups end at a bar or a line end."""
    for line in _FOLDER.joinpath(name).read_text(encoding="utf-8").splitlines():
        for group in line.split("|"):
            if members := group.split():
                yield members


def _words(name: str) -> frozenset[str]:
    return frozenset(word for group in _groups(name) for word in group)


def _irregular() -> dict[str, str]:
    return {form: group[-1] for group in _groups("irregular.en.txt") for form in group[:-1]}


def _linked(name: str) -> dict[str, frozenset[str]]:
    """Return for each word of a group the others of its groups."""
    linked: dict[str, set[str]] = defaultdict(set)
    for group in _groups(name):
        for word in group:
            linked[word].update(other for other in group if other != word)
    return {word: frozenset(others) for word, others in linked.items()}


def _opposites() -> dict[str, frozenset[str]]:
    """Return opposites both ways: the first word of a group is opposed to each of the others, not they among them."""
    opposed: dict[str, set[str]] = defaultdict(set)
    for first, *others in _groups("antonyms.en.txt"):
        for other in others:
            opposed[first].add(other)
            opposed[other].add(first)
    return {word: frozenset(others) for word, others in opposed.items()}


FUNCTION_WORDS = {language: _words(f"functions.{language}.txt") for language in ("en", "de")}
NEGATIONS = {language: _words(f"negations.{language}.txt") for language in ("en", "de")}
IRREGULAR = _irregular()
SYNONYMS = _linked("synonyms.en.txt")
DEMONYMS = {k.lower(): frozenset(w.lower() for w in v) for k, v in _linked("demonyms.en.txt").items()}
OPPOSITES = _opposites()
