"""What a word that points back can mean: things, persons and places of the earlier question and its answer."""

from __future__ import annotations

import re

from answerable.answering.follow_up.rules.parsing import NAME, Parsed, Phrase, find_names

_MEASURES = frozenset(
    {"many", "much", "viele", "viel", "how", "which", "what", "wie", "welche", "welcher", "welches"}
)
_INDEFINITE = re.compile(r"^(?:an?|any|some|another) ", re.IGNORECASE)
_INDEFINITE_DE = re.compile(r"^(ein|eine|einen|einem|einer) ", re.IGNORECASE)
_READ = 2000
"""Characters of an answer that are read: what it is about stands at its start."""
_MARKERS = re.compile(r"\[\d{1,3}\]")


class Antecedents:
    """The candidates of one earlier turn, in the order in which a pointing word takes them."""

    def __init__(self, before: Parsed, answer: str) -> None:
        self._before = before
        self._answer = _MARKERS.sub("", answer)[:_READ]

    def find_thing(self, *, beside: str | None = None) -> str | None:
        """Return what `it` is: what the answer identified, else what the question was about, singular first.

        `beside` is what another word of the same question means already.
        """
        identified = self._find_identified()
        if identified is not None:
            return identified
        ranked = [phrase for phrase in self._ranked() if self._show(phrase) != beside]
        singular = [p for p in ranked if not self._before.is_plural(p) or self._before.has_name(p)]
        return self._show(next(iter([*singular, *ranked]), None)) or self.find_asked_noun()

    def find_owner(self) -> str | None:
        """Return what `its` belongs to: of `the headquarters of Siemens` it is Siemens."""
        named = [phrase for phrase in self._before.phrases if self._before.has_name(phrase)]
        inner = [p for p in named if any(o.start < p.start and o.end == p.end for o in named)]
        return self._find_identified() or (self._show(inner[-1]) if inner else self.find_thing())

    def find_plural(self, *, as_object: bool) -> str | None:
        """Return what `they` (or, as an object, `them`) are."""
        subject = self._before.subject
        if not as_object and subject is not None and self._before.is_plural(subject):
            return self._show(subject)
        if self._asks_who:
            return next(iter([*self._new_names(), *self._short_answer()]), None) or self.find_thing()
        asked = self.find_asked_noun()
        if asked is not None and asked.endswith("s"):
            return asked
        plural = [p for p in self._ranked() if self._before.is_plural(p)]
        return self._show(plural[-1 if as_object else 0]) if plural else self.find_thing()

    def find_person(self) -> str | None:
        """Return who `he` or `she` is: a name of the answer where a person was asked for, else of the question."""
        named = [phrase for phrase in self._ranked() if self._before.has_name(phrase)]
        new = self._new_names()
        if new and (self._asks_who or (not named and self._before.lexicon.language == "en")):
            return new[0]
        return self._show(named[0]) if named else None

    def find_place(self) -> str | None:
        """Return where `there` is, with its preposition."""
        identified = self._find_identified()
        if identified is not None:
            return f"in {identified}"
        words = self._before.words
        for phrase in reversed(self._before.phrases):
            before = words[phrase.start - 1].low if phrase.start else ""
            if before in {"in", "at", "im", "am", "bei"}:
                return f"{before} {self._before.show(phrase)}"
        named = [phrase for phrase in self._ranked() if self._before.has_name(phrase)]
        return f"in {self._show(named[0])}" if named else None

    def find_asked_noun(self) -> str | None:
        """Return the noun that was asked for: `vacation days` of `how many vacation days`."""
        words = self._before.words[: self._before.asked]
        nouns = [word for word in words if word.low not in _MEASURES]
        if (
            len(words) < 2
            or not nouns
            or (len(nouns) == 1 and words[0].low in {"how", "wie"} and len(words) == 2)
        ):
            return None
        return self._before.text[nouns[0].start : nouns[-1].end]

    def find_head(self) -> str | None:
        """Return the last word of what was spoken of, for `the second one`."""
        noun = self.find_asked_noun() or next((self._before.show(p) for p in self._ranked()), None)
        if noun is None:
            return None
        head = noun.split(" of ", maxsplit=1)[0].split()[-1]
        return head[:-1] if head.endswith("s") and not head.endswith("ss") else head

    def find_with_head(self, head: str) -> str | None:
        """Return the phrase that ends in this noun, for `that plan`."""
        for phrase in self._ranked():
            if self._before.words[phrase.end - 1].low.rstrip("s") == head.lower().rstrip("s"):
                return self._show(phrase)
        return None

    @property
    def _asks_who(self) -> bool:
        return bool(self._before.words) and self._before.words[0].low in {"who", "whom", "wer", "wen"}

    def _short_answer(self) -> list[str]:
        """Return the answer when it is no sentence but a name for somebody: `The finance team`."""
        bare = self._answer.strip(" .\n")
        lexicon = self._before.lexicon
        is_phrase = 0 < len(bare.split()) <= 5 and not any(
            w.lower() in lexicon.auxiliaries for w in bare.split()
        )
        return [_inside(bare)] if is_phrase else []

    def _ranked(self) -> list[Phrase]:
        """Return the phrases, the likeliest subject of talk first.

        What was brought up (`does it have a pool`) goes before names, those before the subject, and a circumstance
        (`in Africa`) comes last.
        """
        before = self._before
        is_owned = (
            before.auxiliary is not None and before.words[before.auxiliary].low not in before.lexicon.be
        )

        def rank(phrase: Phrase) -> tuple[bool, bool, bool, bool, int]:
            led = phrase.start > 0 and before.words[phrase.start - 1].low in before.lexicon.prepositions
            brought_up = is_owned and before.asked == 0 and before.words[phrase.start].low in {"a", "an"}
            return (led, not brought_up, not before.has_name(phrase), phrase != before.subject, -phrase.start)

        return sorted(self._before.phrases, key=rank)

    def _find_identified(self) -> str | None:
        """Return the name that answers `what is the capital of France`: one that a form of `be` joins to its noun."""
        before = self._before
        subject = before.subject
        if before.auxiliary is None or subject is None or before.words[0].low not in {"what", "which", "was"}:
            return None
        if before.words[before.auxiliary].low not in before.lexicon.be:
            return None
        head = re.escape(before.show(subject).split(" of ", maxsplit=1)[0].split()[-1])
        is_named = rf"\b{head}\b[^.]*?\b(?:is|are|was|were|ist|war) (?:the )?(?P<name>{NAME})"
        name_is = rf"(?:^|\. )(?:The )?(?P<name>{NAME}) (?:is|are|was|were|ist|war) [^.]*\b{head}\b"
        for pattern in (is_named, name_is):
            found = re.search(pattern, self._answer)
            if found is not None and found["name"].lower() not in before.text.lower():
                return found["name"]
        return None

    def _new_names(self) -> list[str]:
        """Return the names that the answer brought."""
        before = self._before
        names = find_names(self._answer, first=self._asks_who)
        small = before.lexicon.determiners
        return [
            name
            for name in names
            if name.lower() not in before.text.lower()
            and name.lower() not in small
            and not before.lexicon.is_function(name.lower())
        ]

    def _show(self, phrase: Phrase | None) -> str | None:
        if phrase is None:
            return None
        text = _INDEFINITE.sub("the ", self._before.show(phrase))
        if self._before.lexicon.language == "de":
            text = _INDEFINITE_DE.sub("", text)
        return _inside(text)


def _inside(text: str) -> str:
    """Return a phrase as it stands inside a sentence."""
    return text[0].lower() + text[1:] if text.startswith(("The ", "My ", "Our ")) else text
