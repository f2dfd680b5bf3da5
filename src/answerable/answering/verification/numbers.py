"""Do the passages give the same numbers, of the same things?"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from answerable.answering.verification.case import Case, Finding, Weight
from answerable.answering.verification.quantities import Quantity
from answerable.answering.verification.tokens import Token
from answerable.answering.verification.wordlists import words

_ABOUT = words(
    "about around roughly approximately nearly almost circa ca some over under estimated "
    "rund etwa circa fast über"
)
_MORE = words("over exceed more least above mehr über mindestens")


def check_numbers(case: Case) -> Iterator[Finding]:
    """Yield a contradiction for each number that the passages do not give, or give of something else."""
    for index, token in enumerate(case.tokens):
        if token.quantity is None:
            continue
        finding = _check(case, index, token, token.quantity)
        if finding is not None:
            yield finding


def _check(case: Case, index: int, token: Token, quantity: Quantity) -> Finding | None:
    position = case.position(index)
    other = _other_number(case, index)
    if position is None:
        if index in case.matches or _derivable(case, index, quantity):
            return None
        if other is None and (_is_loose(token) or _counts_names(case, token)):
            return None
        return _contradiction(token, other)
    found = case.ground.tokens[position].quantity
    if found is None:
        return None
    if found.unit and quantity.unit and found.unit != quantity.unit:
        return _contradiction(token, case.ground.tokens[position])
    if other is not None and (not case.stands_locally(index, index) or _other_beside(case, index)):
        return _contradiction(token, other)
    if (
        not _is_loose(token)
        and not _fits_here(case, index, position)
        and not _anywhere_fitting(case, index, token)
    ):
        return Finding("numbers", Weight.DOUBT, f"the passage gives {token.text!r} for something else")
    return None


def _contradiction(token: Token, other: Token | None) -> Finding:
    reason = (
        f"{token.text!r} is not in the passage"
        if other is None
        else f"says {token.text!r} where the passage says {other.text!r}"
    )
    return Finding("numbers", Weight.CONTRADICTION, reason)


def _is_loose(token: Token) -> bool:
    """Whether a number word is also used without counting: one, first, second."""
    return (
        not token.text[0].isdigit()
        and token.key in {"#1", "#2"}
        and token.text.casefold() not in {"two", "zwei"}
    )


def _counts_names(case: Case, token: Token) -> bool:
    """Whether a small number word says how many names the sentence lists: two friends, Ann and Bob."""
    if token.quantity is None or token.text[0].isdigit() or token.quantity.kind == "ordinal":
        return False
    names = [i for i, t in enumerate(case.tokens) if t.kind == "name" and t is not token]
    runs = sum(1 for i, at in enumerate(names) if i == 0 or at - names[i - 1] > 1)
    return 2 <= token.quantity.value <= 6 and runs == token.quantity.value


def _other_number(case: Case, index: int) -> Token | None:
    """Return the number that stands in the passages where this one stands in the sentence."""
    places = [*case.beside(index), *case.slot(index, index), *_behind_its_word(case, index)]
    found = (case.ground.tokens[place] for place in places)
    return next(
        (other for other in found if _replaces(other, case.tokens[index]) and not _is_loose(other)), None
    )


def _behind_its_word(case: Case, index: int) -> list[int]:
    """Return the free places behind the word that the number follows, when the number was found before that word.

    `halfvec up to 2,000 dimensions` against `vector up to 2,000 dimensions; halfvec up to 4,000 dimensions`.
    """
    anchor, here = case.anchor(index, -1, 4), case.position(index)
    if (
        anchor is None
        or here is None
        or here > anchor
        or case.ground.sentence[here] != case.ground.sentence[anchor]
    ):
        return []
    if case.ground.tokens[anchor].quantity is not None:
        return []
    return [place for place in case.ground.near(anchor, 5) if place > anchor and place not in case.used]


def _other_beside(case: Case, index: int) -> bool:
    """Whether the passages have another number beside the very word that this one stands beside."""
    places = [*case.beside(index), *_behind_its_word(case, index)]
    return any(_replaces(case.ground.tokens[place], case.tokens[index]) for place in places)


def _replaces(other: Token, token: Token) -> bool:
    """Whether another number can stand for this one: a year for a year, money for money."""
    if other.quantity is None or token.quantity is None or other.key == token.key:
        return False
    units = {other.quantity.unit, token.quantity.unit} - {""}
    ordinals = {other.quantity.kind == "ordinal", token.quantity.kind == "ordinal"}
    return _is_year(other) == _is_year(token) and len(units) <= 1 and len(ordinals) == 1


def _is_year(token: Token) -> bool:
    return len(token.text) == 4 and token.text.isdecimal() and 1000 <= int(token.text) <= 2100


def _fits_here(case: Case, index: int, position: int) -> bool:
    """Whether a word beside the number in the sentence also stands near the place where it was found."""
    around = {case.ground.tokens[p].key for p in case.ground.near(position, 8) if p != position}
    beside = _beside(case, index)
    return not beside or any(
        case.tokens[i].key in around or _same_sentence(case, i, position) for i in beside
    )


def _same_sentence(case: Case, index: int, position: int) -> bool:
    match = case.position(index)
    return match is not None and case.ground.sentence[match] == case.ground.sentence[position]


def _beside(case: Case, index: int) -> list[int]:
    left = [i for i in range(index - 1, -1, -1) if case.tokens[i].matters][:2]
    right = [i for i in range(index + 1, len(case.tokens)) if case.tokens[i].matters][:2]
    return left + right


def _anywhere_fitting(case: Case, index: int, token: Token) -> bool:
    return any(_fits_here(case, index, place) for place in case.ground.places.get(token.key, ())[:20])


def _derivable(case: Case, index: int, quantity: Quantity) -> bool:
    """Whether the passages give a number that this one rounds, names the decade or the century of."""
    if math.isnan(quantity.value):
        return False
    given = [
        t.quantity.value for t in case.ground.tokens if t.quantity is not None and t.quantity.kind != "code"
    ]
    token = case.tokens[index]
    if re.fullmatch(r"\d{3}0s", token.text):
        return any(0 <= value - quantity.value < 10 for value in given)
    following = case.tokens[index + 1].key if index + 1 < len(case.tokens) else ""
    if quantity.kind == "ordinal" and following.startswith(("centur", "jahrhundert")):
        return any(
            (quantity.value - 1) * 100 < value <= quantity.value * 100 for value in given if value >= 100
        )
    return _rounds(case, index, quantity)


def _rounds(case: Case, index: int, quantity: Quantity) -> bool:
    """Whether an `about` or `more than` makes the number true of an exact one that the passages give."""
    before = {token.key for token in case.tokens[max(0, index - 2) : index]}
    exact = [
        t.quantity.value
        for place, t in enumerate(case.ground.tokens)
        if t.quantity is not None and not _hedged(case.ground.tokens[max(0, place - 2) : place])
    ]
    if before & _MORE and any(quantity.value < value <= quantity.value * 1.25 for value in exact):
        return True
    near = 3.0 if _is_year(case.tokens[index]) else 0.06 * abs(quantity.value)
    return bool(before & _ABOUT) and any(abs(value - quantity.value) <= near for value in exact)


def _hedged(tokens: Sequence[Token]) -> bool:
    return any(token.key in _ABOUT or token.key in _MORE for token in tokens)
