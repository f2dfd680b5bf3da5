"""Words that point back (`it`, `their`, `there`, `that one`), and what they point at."""

from __future__ import annotations

import re
from typing import Final

from answerable.answering.follow_up.rules.antecedents import Antecedents
from answerable.answering.follow_up.rules.lexicon import VERBS, Lexicon, word_set
from answerable.answering.follow_up.rules.parsing import Parsed

_IMPERSONAL: Final = re.compile(
    r"\bit (?:is |be |was )?(?:still )?(?:ok|okay|necessary|required|safe|legal|illegal|allowed|better|best|worth|"
    r"common|normal|hard|easy|important)\b.*\b(?:to|that|if|when)\b"
    r"|\bit (?:is |be |was )?(?:possible|true|raining|snowing|late|time)\b|\b(?:what time|which day) is it\b"
    r"|\bit (?:takes?|costs?|matters?|makes? sense|pays?)\b.*\b(?:to|if|when|for)\b"
    r"|\bes (?:möglich|erlaubt|nötig|wichtig|sinnvoll|egal)\b|\b(?:gibt|geht|regnet) es\b|\bes gibt\b"
    r"|\bes .*\b(?:zu|dass)\b",
    re.IGNORECASE,
)
_CLAUSE: Final = word_set(
    "and or but if when while because although that who which und oder wenn weil dass ob"
)
_SUBORDINATORS: Final = word_set("after before since until once as")
_SUBJECTS: Final = word_set("i we you they he she it")
_OBJECTS: Final = frozenset({"them", "him", "ihn", "ihm", "ihnen"})


def resolve_pointers(question: Parsed, before: Parsed, answer: str) -> str | None:
    """Return the question with what its words point at in their place; None when none of them points back."""
    antecedents = Antecedents(before, answer)
    text, changed = question.text, False
    for at in reversed(range(len(question.words))):
        found = _resolve(question, at, antecedents)
        if found is not None:
            words, replacement = found
            start, end = question.words[at].start, question.words[at + words - 1].end
            text, changed = text[:start] + replacement + text[end:], True
    return text if changed else None


def _resolve(question: Parsed, at: int, antecedents: Antecedents) -> tuple[int, str] | None:
    """Return how many words from `at` on are replaced, and by what; None when this one stands for itself."""
    lexicon, word = question.lexicon, question.words[at]
    if word.low in {"one", "ones"} and _is_substitute(question, at):
        return _replace(1, antecedents.find_head())
    if word.low in lexicon.demonstratives:
        return _resolve_demonstrative(question, at, antecedents)
    if word.low in lexicon.places:
        exists = _is_beside(question, at, lexicon.be | {"gibt"}) and at + 1 < len(question.words)
        return None if exists and lexicon.language == "en" else _replace(1, antecedents.find_place())
    if word.low not in lexicon.pointers or _has_own_antecedent(question, at):
        return None
    if _is_possessive(question, at):
        owner = _find_owner(word.low, antecedents)
        return None if owner is None else (1, _genitive(owner, word.text, lexicon.language))
    return _replace(1, _find_personal(question, at, antecedents))


def _replace(words: int, text: str | None) -> tuple[int, str] | None:
    return None if text is None else (words, text)


def _find_personal(question: Parsed, at: int, antecedents: Antecedents) -> str | None:
    lexicon, low = question.lexicon, question.words[at].low
    if low in lexicon.thing:
        if _IMPERSONAL.search(question.text):
            return None
        somebody = any(word.low in lexicon.persons for word in question.words)
        return antecedents.find_thing(beside=antecedents.find_person() if somebody else None)
    if low in lexicon.plural:
        return antecedents.find_plural(
            as_object=low in _OBJECTS or not _is_beside(question, at, lexicon.auxiliaries)
        )
    if lexicon.language == "de":  # er and sie are things as often as persons
        formal = question.words[at].text[0].isupper() and at > 0
        return None if formal else antecedents.find_person() or antecedents.find_thing()
    return antecedents.find_person()


def _find_owner(low: str, antecedents: Antecedents) -> str | None:
    if low in {"his", "her", "hers"}:
        return antecedents.find_person()
    if low in {"their", "theirs"}:
        return antecedents.find_plural(as_object=False)
    return antecedents.find_owner()


def _resolve_demonstrative(question: Parsed, at: int, antecedents: Antecedents) -> tuple[int, str] | None:
    """`That` alone is what was spoken of; `that plan` is the plan that was; `the plan that` is neither."""
    words, lexicon = question.words, question.lexicon
    before = words[at - 1].low if at else ""
    if at and not (
        before in lexicon.auxiliaries or before in lexicon.prepositions or before in lexicon.questions
    ):
        return None
    following = words[at + 1] if at + 1 < len(words) and not words[at + 1].breaks else None
    if following is not None and _is_noun(following.low, lexicon):
        return _replace(2, antecedents.find_with_head(following.low))
    if words[at].low in {"these", "those"}:
        return _replace(1, antecedents.find_plural(as_object=True))
    return _replace(1, antecedents.find_thing())


def _is_noun(low: str, lexicon: Lexicon) -> bool:
    """Whether the word behind `that` is what `that` belongs to."""
    return lexicon.language == "de" or not (low in VERBS or lexicon.is_function(low))


def _is_substitute(question: Parsed, at: int) -> bool:
    """Whether `one` stands for a noun: `the second one`, `which one`, and not `one day` or `one of`."""
    if not at or question.lexicon.language != "en":
        return False
    if any(
        word.low.endswith("s") and not question.lexicon.is_function(word.low)
        for word in question.words[: at - 1]
    ):
        return False  # which of the plans is the cheaper one
    last = at + 1 == len(question.words) or question.words[at + 1].breaks
    following = "" if last else question.words[at + 1].low
    follows = last or (
        question.lexicon.is_function(following) and following not in {"that", "who", "which", "of"}
    )
    before = question.words[at - 1].low
    described = before in question.lexicon.determiners or not question.lexicon.is_function(before)
    return follows and (described or before in {"which", "this", "that"})


def _is_possessive(question: Parsed, at: int) -> bool:
    words, lexicon = question.words, question.lexicon
    low = words[at].low
    following = words[at + 1] if at + 1 < len(words) else None
    if following is None or following.breaks:
        return False
    if low == "her":
        return not lexicon.is_function(following.low) and following.low not in lexicon.determiners
    return low in lexicon.possessives


def _has_own_antecedent(question: Parsed, at: int) -> bool:
    """Whether the question itself says what the word means.

    A possessive takes the subject of its clause (`Does Ann like her job`). An object never does (`Can Ann cancel it`),
    so for it, and for a subject, what is meant must stand in an earlier clause.
    """
    words = question.words
    if at and words[at - 1].low in {"of", "von"}:
        return False
    earlier = [phrase for phrase in question.phrases if phrase.end <= at]
    if _is_possessive(question, at):
        return bool(earlier)
    return any(_begins_clause(question, phrase.end, at) for phrase in earlier)


def _begins_clause(question: Parsed, start: int, at: int) -> bool:
    """Whether another clause begins between `start` and `at`, the word `at` included."""
    words = question.words
    return any(
        words[place].breaks
        or words[place].low in _CLAUSE
        or (words[place].low in _SUBORDINATORS and place < at and words[place + 1].low in _SUBJECTS)
        for place in range(start, at + 1)
    )


def _is_beside(question: Parsed, at: int, words: frozenset[str]) -> bool:
    return (at > 0 and question.words[at - 1].low in words) or (
        at + 1 < len(question.words) and question.words[at + 1].low in words
    )


def _genitive(owner: str, pointer: str, language: str) -> str:
    if language == "de":
        return f"{pointer} ({owner})"
    return f"{owner}'" if owner.endswith("s") else f"{owner}'s"
