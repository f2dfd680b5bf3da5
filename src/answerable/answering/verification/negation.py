"""Does the sentence deny what the passages say, or say what they deny?"""

from __future__ import annotations

from collections.abc import Iterator

from answerable.answering.verification.case import Case, Finding, Weight
from answerable.answering.verification.opposites import find_opposite
from answerable.answering.verification.scopes import list_scopes
from answerable.answering.verification.tokens import Token


def check_negation(case: Case) -> Iterator[Finding]:
    """Yield a contradiction where one side negates a word and the other says the same word plainly."""
    said = list_scopes(case.tokens)
    given = list_scopes(case.ground.tokens)
    yield from _denied(case, said, {place for scope in given for place in scope})
    yield from _affirmed(case, given, {index for scope in said for index in scope})


def _denied(case: Case, said: list[list[int]], denied: set[int]) -> Iterator[Finding]:
    """What the sentence negates, the passages do not: `denied` are the positions that they negate."""
    for scope in said:
        places = [
            place for i in scope if not _is_adverb(case.tokens[i]) and (place := case.position(i)) is not None
        ]
        if places and places[0] not in denied and not _says_the_opposite(case, scope):
            word = case.ground.tokens[places[0]].text
            yield Finding("negation", Weight.CONTRADICTION, f"denies {word!r}, which the passage affirms")


def _affirmed(case: Case, given: list[list[int]], negated: set[int]) -> Iterator[Finding]:
    """What the passages negate, the sentence does not: `negated` are the tokens that it negates."""
    taken = {match.position: index for index, match in case.matches.items()}
    for scope in given:
        indices = [taken[place] for place in scope if place in taken]
        if not indices or scope[0] not in taken or any(index in negated for index in indices):
            continue
        if len(indices) >= 2 or _led(case, scope[0], taken) or not _doubled(case, scope[0]):
            word = case.ground.tokens[scope[0]].text
            yield Finding("negation", Weight.CONTRADICTION, f"affirms {word!r}, which the passage denies")


def _is_adverb(token: Token) -> bool:
    return token.text.endswith("ly")


def _led(case: Case, place: int, taken: dict[int, int]) -> bool:
    """Whether the word before the negation of the passages is in the sentence, too."""
    before = [p for p in range(place - 1, max(-1, place - 5), -1) if case.ground.tokens[p].matters]
    return bool(before) and before[0] in taken


def _says_the_opposite(case: Case, scope: list[int]) -> bool:
    """Whether what is negated is the opposite of what the passages say, which makes it the same: not illegal."""
    return any(find_opposite(case, index) is not None for index in scope[:2])


def _doubled(case: Case, place: int) -> bool:
    """Whether the passages also say the word plainly somewhere."""
    return len(case.ground.places.get(case.ground.tokens[place].key, ())) > 1
