"""One key for the forms of a word: a light suffix stripper and a list of irregular English forms."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from answerable.answering.verification.wordlists import IRREGULAR

_ENDINGS = (
    ("ization", "iz"), ("isation", "iz"), ("izations", "iz"), ("ational", "at"), ("fulness", "ful"), ("ousness", "ous"),
    ("iveness", "iv"), ("ication", "ic"), ("ations", "at"), ("ation", "at"), ("ities", ""), ("ments", ""),
    ("ically", "ic"), ("ingly", ""), ("ment", ""), ("ness", ""), ("ions", ""), ("able", ""), ("ible", ""), ("ance", ""),
    ("ence", ""), ("ally", "al"), ("edly", ""), ("ized", "iz"), ("ised", "iz"), ("izes", "iz"), ("ises", "iz"),
    ("izing", "iz"), ("ising", "iz"), ("ize", "iz"), ("ise", "iz"), ("ily", ""), ("ity", ""), ("ors", ""), ("ers", ""),
    ("ing", ""), ("ion", ""), ("ies", ""), ("ied", ""), ("ive", ""), ("ous", ""), ("ful", ""), ("our", "or"),
    ("ed", ""), ("es", ""), ("ly", ""), ("er", ""), ("or", ""), ("al", ""), ("s", ""), ("e", ""), ("y", ""),
)  # fmt: skip
_GERMAN = ("ungen", "enden", "ern", "end", "ung", "est", "en", "er", "es", "em", "st", "e", "n", "s", "t")
_LIGHT = (("sses", "ss"), ("ies", "y"), ("ied", "y"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"))


def fold(text: str) -> str:
    """Return `text` without case, accents, compatibility forms and invisible marks."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i"))
    return "".join(c for c in decomposed if unicodedata.category(c) not in {"Mn", "Cf"}).replace("ł", "l")


@lru_cache(maxsize=50_000)
def stem(word: str, language: str) -> str:
    """Return the key under which the inflected forms of a folded word meet."""
    if language == "de":
        return _strip_german(word)
    if language != "en":
        return word
    return _inflection(IRREGULAR.get(word, word))


@lru_cache(maxsize=50_000)
def root(key: str, language: str) -> str:
    """Return a coarser key, under which derived words meet as well: analysis, analytical; found, founder."""
    if language != "en":
        return key[:6] if len(key) > 7 else key
    for ending, replacement in _ENDINGS:
        if key.endswith(ending) and len(key) - len(ending) + len(replacement) >= 4:
            return key[: len(key) - len(ending)] + replacement
    return key


def _inflection(word: str) -> str:
    """Strip the endings of number, tense and person."""
    if len(word) <= 3:
        return word
    for ending, replacement in _LIGHT:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + replacement
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return _silent(word[:-1])
    for ending in ("ing", "ed"):
        base = word[: -len(ending)]
        if word.endswith(ending) and len(base) >= 3 and any(c in "aeiouy" for c in base):
            return _silent(_undouble(base))
    return _silent(word)


def _undouble(base: str) -> str:
    if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "aeiouls":
        return base[:-1]
    return base


def _silent(base: str) -> str:
    """Drop a final silent e, so that `use`, `using` and `used` meet."""
    return base[:-1] if len(base) > 3 and base.endswith("e") and not base.endswith("ee") else base


def _strip_german(word: str) -> str:
    for ending in _GERMAN:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word
