"""The small words of English and German that a follow-up is recognised by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


def word_set(text: str) -> frozenset[str]:
    """Return the words of `text` as a set."""
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Lower-case words by what they do in a question. `persons` to `places` are the words that point back."""

    language: str
    questions: frozenset[str]
    be: frozenset[str]
    auxiliaries: frozenset[str]
    determiners: frozenset[str]
    prepositions: frozenset[str]
    others: frozenset[str]
    persons: frozenset[str]
    thing: frozenset[str]
    plural: frozenset[str]
    demonstratives: frozenset[str]
    possessives: frozenset[str]
    places: frozenset[str]
    openers: frozenset[str]
    about: tuple[str, ...]
    more: frozenset[str]

    @property
    def pointers(self) -> frozenset[str]:
        return self.persons | self.thing | self.plural | self.demonstratives | self.possessives | self.places

    def is_function(self, word: str) -> bool:
        return (
            word in self.questions
            or word in self.auxiliaries
            or word in self.prepositions
            or word in self.others
            or word in self.pointers
        )


ENGLISH: Final = Lexicon(
    language="en",
    questions=word_set("who whom whose what which when where why how"),
    be=word_set("is are was were isn't aren't wasn't weren't"),
    auxiliaries=word_set(
        "is are was were isn't aren't wasn't weren't am be been do does did don't doesn't didn't has have had hasn't "
        "haven't hadn't can could can't couldn't cannot will would won't wouldn't shall should shouldn't may might must"
    ),
    determiners=word_set("a an the my your our any some every each all no another both"),
    prepositions=word_set(
        "of in on at by for with from to into about after before since during under over between through without "
        "within until till per against around near as than outside inside"
    ),
    others=word_set(
        "and or but so then also plus not i you we me us if when while because there here only just still ever even "
        "too very much many more most less long often old please actually exactly"
    ),
    persons=word_set("he him she her"),
    thing=word_set("it"),
    plural=word_set("they them"),
    demonstratives=word_set("this that these those"),
    possessives=word_set("its his hers their theirs"),
    places=word_set("there"),
    openers=word_set("and but so ok okay also plus then or thanks"),
    about=("what about", "how about", "same for", "the same for"),
    more=word_set("more details detail further elaborate continue"),
)

GERMAN: Final = Lexicon(
    language="de",
    questions=word_set(
        "wer wen wem wessen was welche welcher welches welchen welchem wann wo woher wohin warum wieso weshalb wie "
        "wodurch womit"
    ),
    be=word_set("ist sind war waren"),
    auxiliaries=word_set(
        "ist sind war waren hat haben hatte hatten wird werden wurde wurden kann können konnte muss müssen soll sollen "
        "darf dürfen mag gibt gilt"
    ),
    determiners=word_set(
        "der die das den dem des ein eine einen einem einer eines mein meine meinen dein deine unser unsere jeder jede "
        "jedes alle kein keine"
    ),
    prepositions=word_set(
        "in im an am auf bei beim mit nach von vom zu zum zur aus für durch um unter über vor hinter neben zwischen "
        "gegen bis seit während wegen trotz ohne pro ab"
    ),
    others=word_set(
        "und oder aber auch dann denn nicht ich du wir mir dir man uns wenn noch nur so eigentlich genau bitte"
    ),
    persons=word_set("er ihn ihm sie ihr"),
    thing=word_set("es"),
    plural=word_set("ihnen"),
    demonstratives=word_set("dies dieser diese dieses diesen diesem"),
    possessives=word_set("sein seine seinen seinem seiner seines ihre ihren ihrem ihrer ihres deren dessen"),
    places=word_set("dort da"),
    openers=word_set("und aber ok okay also dann oder danke"),
    about=("was ist mit", "wie ist es mit", "wie sieht es mit", "und was ist mit", "gilt das auch für"),
    more=word_set("mehr details genauer weiter"),
)

VERBS: Final = word_set(
    "accept add allow apply approve ask become begin book build buy call cancel carry change charge claim "
    "close come contain convert cost count cover create decide delete deliver depend die discover do earn "
    "eat enable end exist expire explain feel find finish fly found get give go grow handle happen have "
    "help hire hold include increase install invent invite join keep know last like live log look lose "
    "make matter mean measure meet move need offer open order own pay play print process produce prove "
    "provide publish read receive reduce refund register release renew rent replace report request "
    "require reset return run say see sell send serve ship show sign speak spend start stay stop store "
    "submit support take talk teach tell think train travel try turn update upload use visit wait want "
    "wear weigh win work write"
)
"""Base forms that may stand behind a subject: `does the basic plan | include support`."""

NOUNS_TOO: Final = word_set(
    "book call cancel change charge claim contain cost cover end hold increase live look measure need offer open order "
    "pay play process report request return run sign stay store support talk train travel turn update upload use visit "
    "wait watch work"
)
"""Those of them that are nouns as well, and so are taken for the verb only when nothing else is."""

PREDICATES: Final = word_set(
    "open closed available free valid due required allowed possible built made held born sold paid found written "
    "known done lost won given taken sent kept bought taught blue red big small cheap expensive taxable refundable "
    "eligible responsible included excluded covered called used located based founded created released published "
    "invented discovered painted opened finished started"
)
"""Words behind a subject and a form of `be` that are no part of it: `when was the tower | built`."""


def choose_lexicon(language: str) -> Lexicon | None:
    """Return the words of a language, None for one that has no rules here."""
    return {"en": ENGLISH, "de": GERMAN}.get(language)
