"""A question taken apart, roughly: question words, auxiliary, subject, noun phrases. No tagger, no model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from answerable.answering.follow_up.rules.lexicon import NOUNS_TOO, PREDICATES, VERBS, Lexicon

_WORD = re.compile(r"[^\W_]+(?:['’.\-/&][^\W_]+)*[+#]*")
_SHORT_IS = re.compile(r"\b(what|who|where|when|how|that|it|there|he|she)['’]s\b", re.IGNORECASE)
NAME = r"[A-ZÄÖÜ][\w’'-]*(?: (?:(?:of|the|de|da|di|del|la|le|van|von|der|bin|al) )?[A-ZÄÖÜ0-9][\w’'-]*)*"
"""A regular expression for a run of words with capitals."""

_NAMES = re.compile(NAME)
_STOP = re.compile(r"[,;:()?!—–]|\.\s")


@dataclass(frozen=True, slots=True)
class Word:
    """`low` is the text in lower case; `breaks` says that punctuation stands before it."""

    text: str
    low: str
    start: int
    end: int
    breaks: bool


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: the words [start, end) of its question."""

    start: int
    end: int


@dataclass(slots=True)
class Parsed:
    """`asked` ends the words that ask (`how many days`), `auxiliary` is the place of the verb that follows them."""

    text: str
    lexicon: Lexicon
    words: list[Word]
    asked: int = 0
    auxiliary: int | None = None
    subject: Phrase | None = None
    phrases: list[Phrase] = field(default_factory=list)

    def show(self, phrase: Phrase) -> str:
        return self.text[self.words[phrase.start].start : self.words[phrase.end - 1].end]

    def list_words(self, phrase: Phrase) -> list[Word]:
        return self.words[phrase.start : phrase.end]

    def has_name(self, phrase: Phrase) -> bool:
        return any(self.is_name(at) for at in range(phrase.start, phrase.end))

    def is_name(self, at: int) -> bool:
        """Whether a word is written as a name. In German every noun is, so only digits and capitals tell."""
        text = self.words[at].text
        if any(character.isdigit() for character in text) or (len(text) > 1 and text.isupper()):
            return True
        return self.lexicon.language != "de" and at > 0 and text[0].isupper() and text not in {"I", "I'm"}

    def is_plural(self, phrase: Phrase) -> bool:
        head = self.words[phrase.end - 1].low
        return not self.has_name(phrase) and head.endswith("s") and not head.endswith(("ss", "us", "is"))

    def replace(self, phrase: Phrase, text: str) -> str:
        """Return the question with another phrase in place of this one."""
        start, end = self.words[phrase.start].start, self.words[phrase.end - 1].end
        return self.text[:start] + text + self.text[end:]


def parse(text: str, lexicon: Lexicon) -> Parsed:
    """Take a question apart. What is not understood is left out, never guessed."""
    text = _SHORT_IS.sub(r"\1 is", text.strip()) if lexicon.language == "en" else text.strip()
    words: list[Word] = []
    end = 0
    for match in _WORD.finditer(text):
        breaks = _STOP.search(text, end, match.start()) is not None
        words.append(Word(match.group(), match.group().lower(), match.start(), match.end(), breaks))
        end = match.end()
    parsed = Parsed(text, lexicon, words)
    _find_asked(parsed)
    parsed.phrases = list(_phrases(parsed))
    after = parsed.asked if parsed.auxiliary is None else parsed.auxiliary + 1
    parsed.subject = next((phrase for phrase in parsed.phrases if phrase.start == after), None)
    return parsed


def _find_asked(parsed: Parsed) -> None:
    """Find where the words that ask end: before the auxiliary, or behind the question word when there is none."""
    words, lexicon = parsed.words, parsed.lexicon
    if not words:
        return
    at = 1 if words[0].low in lexicon.prepositions and len(words) > 1 else 0  # by whom, seit wann
    if words[at].low not in lexicon.questions:
        parsed.auxiliary = 0 if words[0].low in lexicon.auxiliaries else None
        return
    if lexicon.language == "de":
        parsed.asked = _end_of_german_question(parsed, at + 1)
        parsed.auxiliary = parsed.asked if parsed.asked < len(words) else None
        return
    parsed.asked = at + 1
    for place in range(at + 1, min(len(words), at + 7)):
        if words[place].breaks or (words[place].low in lexicon.prepositions and words[place].low != "of"):
            return
        if words[place].low in lexicon.auxiliaries:
            parsed.asked, parsed.auxiliary = place, place
            return


def _end_of_german_question(parsed: Parsed, at: int) -> int:
    """Return where the verb stands: behind `wie hoch`, `wie viele Tage`, `welche Farbe`."""
    words = parsed.words
    measured = words[at - 1].low == "wie" or words[at - 1].low.startswith("welch")
    if measured and at < len(words) and words[at].low not in parsed.lexicon.auxiliaries:
        at += 1
        while at < len(words) and words[at].text[0].isupper():
            at += 1
    return at


def _phrases(parsed: Parsed) -> Iterator[Phrase]:
    """Yield the noun phrases behind the words that ask; `the capital of France` is one, and `France` another."""
    runs = _german_runs(parsed) if parsed.lexicon.language == "de" else _runs(parsed)
    found = [phrase for start, end in runs for phrase in _cut(parsed, start, end)]
    whole: int | None = None
    for at, phrase in enumerate(found):
        if at + 1 < len(found) and _joins(parsed, phrase, found[at + 1]):
            whole = phrase.start if whole is None else whole
            continue
        if whole is not None:
            yield Phrase(whole, phrase.end)
            whole = None
        yield phrase


def _joins(parsed: Parsed, left: Phrase, right: Phrase) -> bool:
    between = parsed.words[left.end : right.start]
    return len(between) == 1 and between[0].low in {"of", "von"}


def _runs(parsed: Parsed) -> Iterator[tuple[int, int]]:
    """Yield runs of words that are no function words, an article before them included."""
    lexicon, words = parsed.lexicon, parsed.words
    start: int | None = None
    first = parsed.asked if parsed.auxiliary is None else parsed.auxiliary + 1
    if parsed.asked and parsed.auxiliary is None:
        first += 1  # who founded it: the verb
    for at in range(first, len(words)):
        low = words[at].low
        opens = low in lexicon.determiners
        if start is not None and (words[at].breaks or opens or lexicon.is_function(low)):
            yield start, at
            start = None
        if opens or (start is None and not lexicon.is_function(low)):
            start = at
    if start is not None:
        yield start, len(words)


def _german_runs(parsed: Parsed) -> Iterator[tuple[int, int]]:
    """Yield runs that end in a noun, which has a capital: an article and adjectives before it belong to it."""
    words, lexicon = parsed.words, parsed.lexicon
    at = parsed.asked if parsed.auxiliary is None else parsed.auxiliary + 1
    while at < len(words):
        start = at
        if words[at].low in lexicon.determiners:
            at += 1
            while at < len(words) and words[at].text[0].islower() and not lexicon.is_function(words[at].low):
                at += 1
        noun = at
        while at < len(words) and not words[at].text[0].islower() and (at == noun or not words[at].breaks):
            at += 1
        if at > noun:
            yield start, at
        at = max(at, start + 1)


def _cut(parsed: Parsed, start: int, end: int) -> list[Phrase]:
    """Cut the verb or the predicate out: `the warranty | cover | water damage`, `the tower | built`."""
    words, lexicon = parsed.words, parsed.lexicon
    first = start + (words[start].low in lexicon.determiners)
    if parsed.auxiliary is not None and words[parsed.auxiliary].low in lexicon.be:
        return [Phrase(start, next((at for at in range(first + 1, end) if _is_predicate(parsed, at)), end))]
    if parsed.auxiliary is None or lexicon.language == "de" or start != parsed.auxiliary + 1:
        after_verb = 0 < start < end - 1 and words[start].low in VERBS and not parsed.is_name(start)
        return [Phrase(start + after_verb, end)]
    verb = _find_verb(parsed, first + 1, end)
    return [Phrase(start, verb), *([Phrase(verb + 1, end)] if verb + 1 < end else [])]


def _is_predicate(parsed: Parsed, at: int) -> bool:
    low = parsed.words[at].low
    return parsed.lexicon.language == "en" and (
        low in PREDICATES or (low.endswith("ed") and not parsed.is_name(at))
    )


def _find_verb(parsed: Parsed, start: int, end: int) -> int:
    """Return where the verb behind a subject stands; `end` when it stands behind the run."""
    words = parsed.words
    verbs = [at for at in range(start, end) if words[at].low in VERBS]
    sure = [at for at in verbs if words[at].low not in NOUNS_TOO]
    if verbs:
        return (sure or verbs)[0]
    follows = end < len(words) and words[end].low in parsed.lexicon.auxiliaries
    return end if follows or end <= start else end - 1


def find_names(text: str, *, first: bool = False) -> list[str]:
    """Return the names in an answer: runs of words with capitals.

    The first word of a sentence alone has its capital from there, and counts only with `first`.
    """
    names: list[str] = []
    for match in _NAMES.finditer(text):
        before = text[: match.start()].rstrip(" \"'“„(")
        starts = not before or before[-1] in ".!?:\n"
        if first or not starts or " " in match.group() or match.group().isupper():
            names.append(match.group().removeprefix("The "))
    return names
