"""Questions without a model: sentences of a few plain shapes, turned round. English alone.

They are simple, and their words are the passage's own, so they are easier to find and to answer than what users ask:
good for a first check that retrieval works at all, no measure of quality.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from answerable.core.sentences import split_sentences
from answerable.datasets.generating.types import Drafted
from answerable.datasets.types import Evidence

_SHORTEST, _LONGEST = 30, 300
_NO_SUBJECT: Final = re.compile(
    r"(?:it|its|this|that|these|those|they|their|he|she|his|her|we|you|your|i|such|there|here|then|however|but|and|"
    r"also|if|when|where|while|since|because|although|both|each|every|some|most|other|others|another|one|all|what|who|"
    r"whichever|whatever|with|without|below|above|at|of|in|on|by|for|from|as|so|no|not|next|first|together)\b",
    re.IGNORECASE,
)
"""Beginnings of sentences that only mean something after the sentence before."""
_SUBJECT: Final = (
    r"(?P<subject>(?:(?:The|A|An) )?[^\W_][\w'’-]*(?: (?!is |are |was |were |has |have )[\w'’-]+){0,7})"
)
_DEFINED: Final = re.compile(rf"{_SUBJECT} (?P<verb>is|are) (?P<said>(?:an?|the|one of) .+)[.]")
_DATED: Final = re.compile(
    rf"{_SUBJECT} (?P<verb>was|were) (?P<done>\w+(?:ed|ilt|orn|ound|ritten|ade|et)(?: \w+){{0,6}}?)"
    r" (?P<said>(?:in|on|between|before|after|around) (?:[\w ,]{0,20})\b(?:1[0-9]|20)\d\d\b)[^.]*[.]"
)
_LOCATED: Final = re.compile(
    rf"{_SUBJECT} (?P<verb>is|are|was|were) (?P<done>located|situated|stored|kept|based|found|held|built)"
    r" (?P<said>(?:in|at|on|near|under|inside|by|within) [^.]+)[.]"
)
_PURPOSE: Final = re.compile(r"To (?P<done>[a-z]+ [^,.]{3,80}), (?P<said>[^.]{8,})[.]")
_TOLD: Final = re.compile(
    rf"{_SUBJECT} (?P<verb>can|must|may|has|have|should|uses|use|returns|allows|supports|provides|contains|needs|takes)"
    r" .+[.]"
)


def write_questions(passage: Evidence) -> Sequence[Drafted]:
    """Return the questions of a passage's sentences, at most one of each; the evidence is the sentence's place."""
    drafted = []
    for span in split_sentences(passage.text):
        text = " ".join(passage.text[span.start : span.end].split())
        if span.kind == "prose" and _SHORTEST <= len(text) <= _LONGEST and not _NO_SUBJECT.match(text):
            place = _find_place(passage, span.start, span.end)
            drafted += [replace(one, evidence=place) for one in _write(text, passage)]
    return drafted


def _write(sentence: str, passage: Evidence) -> Iterator[Drafted]:
    """Yield the question of the first template that fits the sentence."""
    for name, (shape, ask) in _TEMPLATES.items():
        match = shape.fullmatch(sentence)
        question = ask(match, passage) if match else ""
        if match and question:
            said = match.groupdict().get("said")
            yield Drafted(question, sentence if name in _WHOLE or not said else _trim(said), passage, name)
            return


def _ask_what(match: re.Match[str], _: Evidence) -> str:
    return f"What {match['verb']} {_lower(match['subject'])}?"


def _ask_when(match: re.Match[str], _: Evidence) -> str:
    return f"When {match['verb']} {_lower(match['subject'])} {match['done']}?"


def _ask_where(match: re.Match[str], _: Evidence) -> str:
    return f"Where {match['verb']} {_lower(match['subject'])} {match['done']}?"


def _ask_how(match: re.Match[str], _: Evidence) -> str:
    return f"How do you {match['done']}?"


def _ask_about(match: re.Match[str], passage: Evidence) -> str:
    """Ask what the document says, where it has a title to name it by."""
    if not passage.title:
        return ""
    return f'What does "{passage.title}" say about {_lower(match["subject"])}?'


_TEMPLATES: Final[dict[str, tuple[re.Pattern[str], Callable[[re.Match[str], Evidence], str]]]] = {
    "when": (_DATED, _ask_when),
    "where": (_LOCATED, _ask_where),
    "what": (_DEFINED, _ask_what),
    "how": (_PURPOSE, _ask_how),
    "about": (_TOLD, _ask_about),
}
_WHOLE: Final = frozenset({"what", "how", "about"})
"""Templates whose answer is the whole sentence."""


def _lower(subject: str) -> str:
    """Return a subject as it stands within a sentence."""
    article, space, rest = subject.partition(" ")
    return f"{article.lower()}{space}{rest}" if article in {"The", "A", "An"} else subject


def _trim(said: str) -> str:
    return said.strip(" ,;:")


def _find_place(passage: Evidence, start: int, end: int) -> Evidence:
    """Return the part of a passage, with its place in the document where the passage has one."""
    if passage.start is None:
        return replace(passage, text=passage.text[start:end])
    return replace(
        passage, text=passage.text[start:end], start=passage.start + start, end=passage.start + end
    )
