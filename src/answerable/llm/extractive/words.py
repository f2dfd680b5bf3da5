"""Words as the offline model compares them: folded, without endings, CJK text as pairs of characters."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

_TOKEN = re.compile(r"[^\W_]+(?:[.,]\d+)*")
"""A word or a number; no group, so that `findall` gives whole words."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]+")
_DATA = Path(__file__).resolve().parent / "data"
_ENGLISH_ENDINGS = (
    "ational", "isation", "ization", "fulness", "iveness", "ations", "ation", "ments", "ment", "ities", "ically",
    "ness", "ions", "ings", "ers", "ors", "ies", "ied", "ing", "ion", "ity", "est", "ian", "ous", "ive", "ful", "ism",
    "ist", "al", "ed", "es", "er", "or", "ly", "ic", "s", "e", "y",
)  # fmt: skip
_GERMAN_ENDINGS = ("ungen", "heit", "keit", "ung", "ern", "em", "en", "er", "es", "e", "n", "s")


def load_list(name: str) -> frozenset[str]:
    """Return the words of a file in the data folder."""
    return frozenset((_DATA / name).read_text(encoding="utf-8").split())


STOP_WORDS = {language: load_list(f"stop.{language}.txt") for language in ("en", "de", "zh")}


def find_language(text: str) -> str:
    """Return `zh` (for any script without spaces), `de` or `en`, whichever the text looks like most."""
    wide = sum(len(run) for run in CJK.findall(text))
    if wide * 4 > len(text):
        return "zh"
    words = [word.casefold() for word in _TOKEN.findall(text)]
    german = sum(word in STOP_WORDS["de"] and word not in STOP_WORDS["en"] for word in words)
    english = sum(word in STOP_WORDS["en"] and word not in STOP_WORDS["de"] for word in words)
    return "de" if german > english else "en"


def find_terms(text: str, language: str = "en") -> list[str]:
    """Return the terms of `text` in their order, function words left out; an identifier gives its parts."""
    return [term for word in _TOKEN.findall(text) for term in _read_word(word, language)]


@lru_cache(maxsize=32768)
def _read_word(word: str, language: str) -> tuple[str, ...]:
    if CJK.search(word):
        return tuple(_pairs(word, language))
    stops = STOP_WORDS.get(language, STOP_WORDS["en"])
    parts = [fold(part) for part in _CAMEL.split(word)]
    return tuple(stem(part, language) for part in parts if part not in stops)


def fold(word: str) -> str:
    """Return the word in lower case without accents; German umlauts lose their dots like the rest."""
    if word.isascii():
        return word.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))


def stem(word: str, language: str = "en") -> str:
    """Return the word without its ending: at least four letters stay. Rough on purpose, equal words stay equal."""
    if len(word) < 4 or word[-1].isdigit():
        return word
    if language == "de":
        return _strip(word, _GERMAN_ENDINGS)
    once = _strip(word, _ENGLISH_ENDINGS)
    twice = _strip(once, _ENGLISH_ENDINGS) if len(word) - len(once) < 3 else once
    return twice[:-1] if len(twice) > 4 and twice[-1] == twice[-2] else twice


def _strip(word: str, endings: tuple[str, ...]) -> str:
    if word.endswith(endings):  # most words have none of them
        for ending in endings:
            if word.endswith(ending) and len(word) - len(ending) >= 4:
                return word[: -len(ending)]
    if len(word) == 4 and word[-1] == "s" and word[-2] != "s":
        return word[:-1]
    return word


def _pairs(word: str, language: str) -> list[str]:
    stops = STOP_WORDS["zh"] if language == "zh" else frozenset()
    pairs = []
    for run in re.findall(rf"{CJK.pattern}|[^\W_]+", word):
        if not CJK.match(run):
            pairs.append(fold(run))
            continue
        whole = [run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]
        pairs += [pair for pair in whole if pair not in stops]
    return pairs
