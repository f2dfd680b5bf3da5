"""Questions that leave out what the earlier one said: `and in Berlin?`, `why?`, `what about contractors?`."""

from __future__ import annotations

from typing import Final

from answerable.answering.follow_up.rules.antecedents import Antecedents
from answerable.answering.follow_up.rules.lexicon import VERBS, Lexicon, word_set
from answerable.answering.follow_up.rules.parsing import Parsed, Phrase, Word

_LONGEST: Final = 7
"""Words of the longest fragment."""

_MARKS: Final = " ?!.,…"
_FILLERS: Final = word_set("exactly not else then though so come genau denn nicht dann")
_ASKED_NOUNS: Final = word_set(
    "one ones year day date time month kind type color colour version size city country"
)


def is_fragment(question: Parsed, *, led: bool) -> bool:
    """Whether the question has no verb of its own. `led` says that it began with `and` or `what about`."""
    words, lexicon = question.words, question.lexicon
    if not 0 < len(words) <= _LONGEST or any(word.low in lexicon.auxiliaries for word in words):
        return False
    if _asks(words, lexicon):
        return _is_bare_question(words, lexicon)
    if lexicon.language == "de" and _has_german_verb(words, lexicon):
        return False
    if words[0].low in lexicon.prepositions:
        return led or question.text.rstrip().endswith("?")
    return led and words[0].low not in VERBS and words[0].low not in {"i", "we", "you", "ich", "wir", "du"}


def complete(fragment: Parsed, before: Parsed, answer: str) -> str:
    """Return the earlier question with the fragment in the place of what it replaces."""
    text = fragment.text.strip(_MARKS)
    if _asks(fragment.words, fragment.lexicon):
        return _ask_anew(text, fragment, before)
    if fragment.words[0].low in fragment.lexicon.prepositions:
        return _put_circumstance(text, fragment, before)
    return _put_noun(text, fragment, before, Antecedents(before, answer))


def _asks(words: list[Word], lexicon: Lexicon) -> bool:
    return any(word.low in lexicon.questions for word in words[:2])


def _is_bare_question(words: list[Word], lexicon: Lexicon) -> bool:
    """`why`, `by whom`, `how tall`, `which year`; and not `who founded Rome`."""
    rest = [
        word for word in words if word.low not in lexicon.questions and word.low not in lexicon.prepositions
    ]
    rest = [word for word in rest if word.low not in _FILLERS]
    if not rest:
        return True
    if words[0].low in lexicon.prepositions and len(rest) == 1:  # in which format
        return True
    measured = words[0].low in {"how", "wie"} and len(rest) <= 2 and rest[0].low not in VERBS
    return measured or (len(rest) == 1 and rest[0].low in _ASKED_NOUNS)


def _has_german_verb(words: list[Word], lexicon: Lexicon) -> bool:
    """Whether a word in small letters is neither a function word nor an adjective behind an article."""
    described = False
    for word in words:
        if (
            word.text[0].islower()
            and word.low not in lexicon.determiners
            and not lexicon.is_function(word.low)
        ):
            if not described:
                return True
        else:
            described = word.low in lexicon.determiners
    return False


def _ask_anew(text: str, fragment: Parsed, before: Parsed) -> str:
    """Put other words that ask before the rest of the earlier question."""
    kept = " ".join(word.text for word in fragment.words if word.low not in _FILLERS - {"come", "not"})
    if before.auxiliary is None or "not" in kept.split():
        return f"{_capital(text)}: {_small(before)}"
    tail = before.text[before.words[before.auxiliary].start :].rstrip(_MARKS)
    if before.asked == 0:
        return f"{_capital(kept)} {_small(before).rstrip(_MARKS)}?"
    dropped = before.words[1 : before.asked] if before.words[0].low in {"how", "wie"} else []
    if dropped and text.lower() in {"why", "warum", "wieso", "weshalb"}:
        tail = f"{tail} {before.text[dropped[0].start : dropped[-1].end]}"
    return f"{_capital(kept)} {tail}?"


def _put_circumstance(text: str, fragment: Parsed, before: Parsed) -> str:
    """Put `in Berlin` where the earlier question says in where else, else at its end."""
    words = before.words
    number = _find_number(fragment)
    for at in reversed(range(before.asked, len(words))):
        same = words[at].low == fragment.words[0].low
        dated = number is not None and at + 1 < len(words) and _is_number(words[at + 1])
        if words[at].low in before.lexicon.prepositions and (same or dated):
            return before.replace(Phrase(at, _end_of_circumstance(before, at)), text)
    return f"{before.text.rstrip(_MARKS)} {text}?"


def _end_of_circumstance(before: Parsed, at: int) -> int:
    ends = [phrase.end for phrase in before.phrases if phrase.start == at + 1]
    return max(ends, default=min(at + 2, len(before.words)))


def _put_noun(text: str, fragment: Parsed, before: Parsed, antecedents: Antecedents) -> str:
    """Put a noun in the place of the one most like it: a number, the same head, a name, the attribute, the subject."""
    dated = all(_is_number(word) or fragment.lexicon.is_function(word.low) for word in fragment.words)
    places = [at for at, word in enumerate(before.words) if dated and _is_number(word)]
    if places:
        return before.replace(Phrase(places[-1], places[-1] + 1), text)
    place = _find_same_head(fragment, before) or _find_parallel(fragment, before)
    if place is not None:
        return before.replace(place, text)
    asked = antecedents.find_asked_noun()
    if asked is not None:
        return before.text.replace(asked, text, 1)
    return f"{before.text.rstrip(_MARKS)}, {text}?"


def _find_same_head(fragment: Parsed, before: Parsed) -> Phrase | None:
    """Return the phrase that ends in the same noun: `sick days` for `vacation days`."""
    head = fragment.words[-1].low.rstrip("s")
    asked = Phrase(_start_of_asked_noun(before), before.asked)
    phrases = [*([asked] if asked.end > asked.start else []), *before.phrases]
    found = [phrase for phrase in phrases if before.words[phrase.end - 1].low.rstrip("s") == head]
    return found[-1] if found else None


def _start_of_asked_noun(before: Parsed) -> int:
    """Return where the noun begins in `how many vacation days`."""
    if before.asked < 3 and not (before.asked == 2 and before.words[0].low in {"which", "what"}):
        return before.asked
    return 2 if before.words[1].low in {"many", "much", "viele", "viel"} else 1


def _find_parallel(fragment: Parsed, before: Parsed) -> Phrase | None:
    named = [phrase for phrase in before.phrases if before.has_name(phrase)]
    if _is_named(fragment) and named:
        return named[-1]
    attribute = _find_attribute(before)
    if attribute is not None and not _is_named(fragment):
        return _choose_side(fragment, before, attribute)
    alike = [p for p in before.phrases if before.words[p.start].low == fragment.words[0].low]
    if len(alike) == 1:
        return alike[0]
    if before.subject is not None and (not named or before.subject not in named):
        return before.subject
    return before.phrases[-1] if before.phrases else None


def _find_attribute(before: Parsed) -> Phrase | None:
    """Return `the capital` of `what is the capital of France`."""
    subject = before.subject
    if subject is None or not before.asked:
        return None
    places = [at for at in range(subject.start, subject.end) if before.words[at].low in {"of", "von"}]
    return Phrase(subject.start, places[0]) if places else None


def _choose_side(fragment: Parsed, before: Parsed, attribute: Phrase) -> Phrase:
    """Return the side of `the effects of aspirin` that is like the fragment: with an article, or without."""
    inner = [phrase for phrase in before.phrases if phrase.start == attribute.end + 1]
    bare = fragment.words[0].low not in fragment.lexicon.determiners
    both_bare = inner and bare and before.words[inner[0].start].low not in before.lexicon.determiners
    return inner[0] if both_bare and not before.has_name(inner[0]) else attribute


def _is_named(fragment: Parsed) -> bool:
    """Whether the fragment is a name; its first word has the capital of the sentence only if it was not led."""
    if fragment.lexicon.language == "de":
        return fragment.words[0].low not in fragment.lexicon.determiners
    return any(word.text[0].isupper() or word.text[0].isdigit() for word in fragment.words)


def _find_number(fragment: Parsed) -> Word | None:
    return next((word for word in fragment.words if _is_number(word)), None)


def _is_number(word: Word) -> bool:
    return word.text[0].isdigit()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _small(before: Parsed) -> str:
    """Return the earlier question as it stands inside a sentence."""
    return before.text if before.words and before.is_name(0) else before.text[:1].lower() + before.text[1:]
