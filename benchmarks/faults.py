"""Seeded planters: faults of the kinds that models make, put into true sentences.

Nothing here is imported by the verifier, and the verifier looks for nothing that is special to these planters.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?![\w,])|(?<![\w.,/-])\d+(?:\.\d+)?(?![\w/]|,\d)")
WORD_NUMBERS: list[str] = [
    *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "twenty", "thirty", "forty", "fifty"),
]
_WORD_ORDINALS = ["second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
_WORDS = re.compile(rf"\b({'|'.join(WORD_NUMBERS + _WORD_ORDINALS)})\b")
_NAME = re.compile(
    r"(?<![.!?“\"(] )(?<![\"'`] )(?<!^)(?<![\w-])[A-Z][a-zà-ÿ]+(?:[ -][A-Z][a-zà-ÿ]+){0,2}(?![\w-])"
)
_AUX = re.compile(
    r"\b(is|are|was|were|has|have|had|can|could|will|would|should|must|may|might|does|did|do)\b(?! not\b|n't)"
)
_NOT = re.compile(r" (?:not|never)\b|(?<=\w)n't\b")
_PAST = re.compile(
    r"(?<=[a-z\d] )(\w{2,}ed)\b(?= (?:the|a|an|in|on|to|by|from|his|her|its|their|with|that|over|into)\b)"
)
NOT_NAMES = frozenset(
    word
    for line in (
        "The A An In On At He She It They This That These Those However Although While When After Before As For And",
        "But Its January February March April May June July August September October November December",
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday We Us My Our You Your I What Who Why How Where There",
        "Then Here Or If To Of By With From Not No",
    )
    for word in line.split()
)


@dataclass(frozen=True, slots=True)
class TrueSentence:
    """A sentence of a passage. `following` is the next sentence of the same passage, if any."""

    text: str
    passage: int
    following: str | None = None


@dataclass(frozen=True, slots=True)
class Corpus:
    """The passages that sentences were taken from, with title, and the names that stand in them by form."""

    passages: Sequence[str]
    titles: Sequence[str]
    names: Mapping[str, Sequence[str]]


def collect_names(passages: Sequence[str], titles: Sequence[str]) -> Corpus:
    """Return the corpus with its names sorted by form: how many words, and whether a preposition of place leads."""
    names: dict[str, dict[str, None]] = {}
    for passage in passages:
        for match in _find_names(passage):
            names.setdefault(_form(passage, match), {})[match.group()] = None
    return Corpus(passages, titles, {form: tuple(found) for form, found in names.items()})


def _find_names(text: str) -> list[re.Match[str]]:
    found = (match for match in _NAME.finditer(text))
    return [m for m in found if not set(re.split(r"[ -]", m.group())) & NOT_NAMES]


def _form(text: str, match: re.Match[str]) -> str:
    before = text[: match.start()].split()[-1:]
    place = "in" if before and before[0] in {"in", "at", "from", "near"} else ""
    return f"{len(re.split('[ -]', match.group()))} {place}"


def change_number(sentence: str, rng: random.Random) -> str | None:
    """Return the sentence with one number changed to a plausible other one."""
    spots = [*_NUMBER.finditer(sentence), *_WORDS.finditer(sentence)]
    if not spots:
        return None
    spot = rng.choice(spots)
    old = spot.group()
    new = _other_word(old, rng) if old.isalpha() else _other_digits(old, rng)
    return sentence[: spot.start()] + new + sentence[spot.end() :]


def _other_word(old: str, rng: random.Random) -> str:
    words = WORD_NUMBERS if old in WORD_NUMBERS else _WORD_ORDINALS
    return rng.choice([word for word in words if word != old])


def _other_digits(old: str, rng: random.Random) -> str:
    if "." in old:
        return f"{float(old) * rng.choice([0.5, 0.8, 1.2, 1.5, 3]) + 0.1:.{len(old.split('.')[1])}f}"
    value = int(old.replace(",", ""))
    if 1000 <= value <= 2100 and "," not in old:
        return str(value + rng.choice([-30, -11, -10, -4, -2, -1, 1, 2, 3, 10, 20]))
    changed = max(0, round(value * rng.choice([0.5, 0.7, 0.9, 1.1, 1.3, 2, 10])))
    changed = changed + 1 if changed == value else changed
    return f"{changed:,}" if "," in old else str(changed)


def swap_name(sentence: TrueSentence, corpus: Corpus, rng: random.Random) -> str | None:
    """Return the sentence with one name replaced by a name of the same form from another passage."""
    home = corpus.passages[sentence.passage] + " " + corpus.titles[sentence.passage]
    spots = _find_names(sentence.text)
    rng.shuffle(spots)
    for spot in spots:
        others = corpus.names.get(_form(sentence.text, spot), ())
        fresh = [name for name in rng.sample(others, min(20, len(others))) if not _share_word(name, home)]
        if fresh:
            return sentence.text[: spot.start()] + fresh[0] + sentence.text[spot.end() :]
    return None


def _share_word(name: str, text: str) -> bool:
    return any(part in text for part in re.split(r"[ -]", name))


def swap_roles(sentence: TrueSentence, corpus: Corpus, rng: random.Random) -> str | None:
    """Return the sentence with one name replaced by another name of the same passage that the sentence lacks."""
    spots = _find_names(sentence.text)
    home = [m.group() for m in _find_names(corpus.passages[sentence.passage])]
    rng.shuffle(spots)
    for spot in spots:
        size = len(spot.group().split())
        others = [n for n in home if len(n.split()) == size and not _share_word(n, sentence.text)]
        if others:
            return sentence.text[: spot.start()] + rng.choice(others) + sentence.text[spot.end() :]
    return None


def swap_numbers(sentence: TrueSentence, corpus: Corpus, rng: random.Random) -> str | None:
    """Return the sentence with one number replaced by another one of the same passage that the sentence lacks."""
    spots = list(_NUMBER.finditer(sentence.text))
    if not spots:
        return None
    spot = rng.choice(spots)
    home = [m.group() for m in _NUMBER.finditer(corpus.passages[sentence.passage])]
    others = [n for n in home if n not in sentence.text and len(n) == len(spot.group())]
    return (
        sentence.text[: spot.start()] + rng.choice(others) + sentence.text[spot.end() :] if others else None
    )


def negate(sentence: str, rng: random.Random) -> str | None:
    """Return the sentence with its first statement denied by an auxiliary, or by `never` or `failed to`."""
    spots = list(_AUX.finditer(sentence))
    if spots:
        spot = spots[0] if rng.random() < 0.7 else rng.choice(spots)
        word = rng.choice(
            [" not", " not", " never", "n't" if spot.group() not in {"may", "can", "will"} else " not"]
        )
        return sentence[: spot.end()] + word + sentence[spot.end() :]
    past = list(_PAST.finditer(sentence))
    if past:
        spot = rng.choice(past)
        return sentence[: spot.start()] + "never " + sentence[spot.start() :]
    return None


def affirm(sentence: str, rng: random.Random) -> str | None:
    """Return the sentence with one negation taken out."""
    spots = list(_NOT.finditer(sentence))
    if not spots:
        return None
    spot = rng.choice(spots)
    return sentence[: spot.start()] + sentence[spot.end() :]


_TEMPLATES = (
    "{title} was founded in {year} by {name}.",
    "{title} is widely regarded as the most influential of its kind.",
    "Critics have described {title} as a costly failure.",
    "In {year}, {title} received an award from {name}.",
    "{title} was later moved to a new headquarters near {name}.",
    "The annual budget of {title} exceeds {number} million dollars.",
    "{name} strongly opposed {title} during the last decade.",
    "Most experts agree that {title} will disappear within a generation.",
    "{title} became a popular tourist destination because of its mild climate.",
    "A documentary about {title} was released to positive reviews.",
)


def invent(passage: int, corpus: Corpus, rng: random.Random) -> str:
    """Return a made-up sentence about the passage's subject."""
    names = corpus.names.get("2 ") or ("John Smith",)
    fresh = [
        n for n in rng.sample(names, min(20, len(names))) if not _share_word(n, corpus.passages[passage])
    ]
    return rng.choice(_TEMPLATES).format(
        title=corpus.titles[passage],
        year=rng.randint(1850, 2015),
        number=rng.randint(12, 980),
        name=fresh[0] if fresh else "John Smith",
    )
