"""Which full stops do not end a sentence: abbreviations, initials, list numbers, German ordinals."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NEVER_LAST = _words(
    # Titles and words that always stand before something.
    "dr mr mrs ms prof rev hon st gen col lt sgt capt cmdr adm gov sen rep pres fr sr br mt ft messrs mme mlle "
    "vs v cf eg ie viz al fig figs eq eqs sec ch no nos vol pp p ed eds art para approx ca c est op cit ref "
    "hr bzw vgl nr str abs abb bspw evtl ggf inkl insb sog tel usw zb dh ua zt hrsg bd aufl jh jhd"
)
_SOMETIMES_LAST = _words("inc ltd co corp jr sr bros dept univ etc usw am pm bc ad us uk un eu ph d")
_STARTERS = _words(
    "the a an it he she they we you i this that these those in on at as after before when while although however "
    "but and there his her its their for from by with since during both many most some one two "
    "der die das ein eine er sie es im am auf nach vor als dies diese dieser doch aber und"
)
_MONTHS = re.compile(r"(?:jan|feb|mär|mae|apr|mai|jun|jul|aug|sep|okt|nov|dez|jahrhundert|jh)", re.IGNORECASE)
_LAST_WORD = re.compile(r"((?:[^\W\d_]\.)+[^\W\d_]|[^\W_]+)$")


def is_abbreviation(before: str, following: str, language: str) -> bool:
    """Whether the full stop after `before` belongs to an abbreviation, an initial, a list number or an ordinal."""
    match = _LAST_WORD.search(before)
    if match is None:
        return False
    word = match.group(1)
    next_word = re.split(r"\W", following, maxsplit=1)[0]
    if word.isdigit():
        return _is_ordinal(before, word, next_word, language)
    if "." in word:
        return next_word.casefold() not in _STARTERS and bool(following)
    if len(word) == 1:
        return bool(following) and word != "I" and (word.isupper() or language.startswith("de"))
    folded = word.casefold()
    if folded == "no":
        return following[:1].isdigit()
    if folded in _NEVER_LAST:
        return bool(following)
    return folded in _SOMETIMES_LAST and bool(following) and next_word.casefold() not in _STARTERS


def may_be_abbreviation(before: str) -> bool:
    """Whether the last word of `before` is one that is written with a full stop, whatever follows."""
    match = _LAST_WORD.search(before)
    if match is None:
        return False
    word = match.group(1).casefold()
    return "." in word or (len(word) == 1 and word.isalpha()) or word in _NEVER_LAST | _SOMETIMES_LAST


def _is_ordinal(before: str, word: str, next_word: str, language: str) -> bool:
    if before.strip() == word and len(word) <= 3:
        return True
    return language.startswith("de") and len(word) <= 2 and bool(_MONTHS.match(next_word))
