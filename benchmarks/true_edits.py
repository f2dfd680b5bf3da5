"""Seeded edits that leave a true sentence true: what an honest writer does to a sentence of a source."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping

from benchmarks.faults import NOT_NAMES, WORD_NUMBERS, TrueSentence

_DROPPABLE = re.compile(
    r" \([^()]*\)"
    r"|, (?:which|who|where|whose)\b[^,;]*(?=[,.;](?!\d))"
    r"|,? (?:while|although|whereas|because|since|as well as|including|such as)\b[^;]*(?=\.$)"
    r"|; [^;]*(?=\.$)|, (?:and|but) (?:it|he|she|they|the|this|was|were|is|has|had)\b[^;]*(?=\.$)"
)
_PRONOUN = re.compile(r"^(?:He|She|It|They)\b")
_LIST = re.compile(
    r"(?P<a>\b[\w'-]+(?: [\w'-]+)?), (?P<b>[\w'-]+(?: [\w'-]+)?),? and (?P<c>[\w'-]+)(?=[.,;])"
)
_FRONT = re.compile(
    r"^(?P<front>(?:In|On|By|During|At|From|Since|After) [^,]{3,40}), "
    r"(?P<rest>(?:the|a|an|he|she|it|they|[A-Z]\w+) .*)\.$"
)
_FILLER = re.compile(
    r",? \b(?:however|also|then|thus|therefore|usually|generally|typically|additionally|eventually|originally"
    r"|initially|still)\b,?"
)
_LEADS = ("According to the source, ", "As the passage states, ", "In short, ", "Specifically, ", "Notably, ")


def drop_clause(sentence: TrueSentence, _title: str, rng: random.Random) -> str | None:
    spots = list(_DROPPABLE.finditer(sentence.text))
    if not spots:
        return None
    spot = rng.choice(spots)
    kept = sentence.text[: spot.start()] + sentence.text[spot.end() :]
    return kept if len(kept) > 25 else None


def resolve_pronoun(sentence: TrueSentence, title: str, _rng: random.Random) -> str | None:
    return _PRONOUN.sub(title, sentence.text, count=1) if _PRONOUN.match(sentence.text) else None


def reorder_list(sentence: TrueSentence, _title: str, _rng: random.Random) -> str | None:
    if not _LIST.search(sentence.text):
        return None
    return _LIST.sub(lambda m: f"{m['a']}, {m['c']} and {m['b']}", sentence.text, count=1)


def move_front(sentence: TrueSentence, _title: str, _rng: random.Random) -> str | None:
    match = _FRONT.match(sentence.text)
    if not match or ";" in sentence.text:
        return None
    rest = match["rest"]
    return f"{rest[0].upper()}{rest[1:]} {match['front'][0].lower()}{match['front'][1:]}."


def drop_filler(sentence: TrueSentence, _title: str, _rng: random.Random) -> str | None:
    edited = _FILLER.sub("", sentence.text, count=1)
    return edited if edited != sentence.text else None


def merge(sentence: TrueSentence, _title: str, _rng: random.Random) -> str | None:
    if sentence.following is None or len(sentence.text) + len(sentence.following) > 420:
        return None
    return f"{sentence.text.rstrip('.')}, and {_lowered(sentence.following)}"


def lead_in(sentence: TrueSentence, _title: str, rng: random.Random) -> str | None:
    return rng.choice(_LEADS) + _lowered(sentence.text)


def rewrite_numbers(sentence: TrueSentence, _title: str, _rng: random.Random) -> str | None:
    edited = re.sub(r"(?<=\d),(?=\d{3})", "", sentence.text)
    edited = (
        re.sub(r"(\d) ?%", r"\1 percent", edited)
        if "%" in edited
        else re.sub(r"(\d) percent\b", r"\1%", edited)
    )
    for value, word in enumerate(WORD_NUMBERS[:9], start=2):
        edited = re.sub(rf"\b{word}\b", str(value), edited)
    return edited if edited != sentence.text else None


_PASSIVE = re.compile(
    r"^(?P<object>(?:The |A |An )?[\w' -]{3,60}?) (?P<aux>was|were|is|are) (?P<verb>\w{2,}ed) by "
    r"(?P<subject>[^,.;()]{3,60})(?P<rest>(?: (?:in|on|at|during|from|for) [^,;]*)?)\.$"
)
_PAIRS = (
    "began:started|approximately:about|numerous:many|located:situated|however:but|utilized:used|constructed:built"
    "|received:got|primarily:mainly|largest:biggest|frequently:often|obtained:got|children:kids|purchased:bought"
    "|established:set up|created:made|required:needed|assist:help|entire:whole|during:in|prior to:before"
    "|due to:because of|various:several|such as:like"
)
_SYNONYMS = {word: other for word, _, other in (pair.partition(":") for pair in re.split(r"\|", _PAIRS))}
_SYNONYM = re.compile(rf"\b(?:{'|'.join(_SYNONYMS)})\b")


def turn_active(sentence: TrueSentence, _title: str, _rng: random.Random) -> str | None:
    match = _PASSIVE.match(sentence.text)
    if not match or " by " in match["rest"]:
        return None
    subject, thing = match["subject"], _lowered(match["object"])
    return f"{subject[0].upper()}{subject[1:]} {match['verb']} {thing}{match['rest']}."


def use_synonym(sentence: TrueSentence, _title: str, _rng: random.Random) -> str | None:
    edited = _SYNONYM.sub(lambda m: _SYNONYMS[m.group()], sentence.text, count=2)
    return edited if edited != sentence.text else None


def contract(sentence: TrueSentence, _title: str, _rng: random.Random) -> str | None:
    edited = re.sub(
        r"\b(is|are|was|were|did|does|do|has|had|could|would|should) not\b", r"\1n't", sentence.text
    )
    return edited if edited != sentence.text else None


def _lowered(text: str) -> str:
    first = text.split(" ", 1)[0]
    return text[0].lower() + text[1:] if first in NOT_NAMES else text


Edit = Callable[[TrueSentence, str, random.Random], str | None]
EDITS: Mapping[str, Edit] = {
    "dropped clause": drop_clause,
    "pronoun resolved": resolve_pronoun,
    "list reordered": reorder_list,
    "adverbial moved": move_front,
    "filler dropped": drop_filler,
    "two sentences merged": merge,
    "lead-in added": lead_in,
    "numbers rewritten": rewrite_numbers,
    "contracted": contract,
    "turned active": turn_active,
    "synonym used": use_synonym,
}


def edits(sentence: TrueSentence, title: str, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Yield (kind of edit, edited sentence) for each edit that applies."""
    for kind, edit in EDITS.items():
        edited = edit(sentence, title, rng)
        if edited is not None:
            yield kind, edited
