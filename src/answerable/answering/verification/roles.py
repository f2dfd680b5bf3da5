"""Who did it to whom: does the sentence swap the two sides of a verb, or turn its voice?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from answerable.answering.verification.case import Case, Finding, Weight
from answerable.answering.verification.tokens import Token
from answerable.answering.verification.wordlists import IRREGULAR, words

_MUTUAL = (
    "marr",
    "met",
    "meet",
    "join",
    "merg",
    "shar",
    "connect",
    "link",
    "separat",
    "combin",
    "divid",
    "differ",
    "nam",
    "call",
    "tie",
    "tying",
)
_BOTH_WAYS = words("beat hit cut set put cost hurt cast")
_SPAN = 14
"""Tokens that a name, a verb and a name may span in the passage to be one statement."""


def check_roles(case: Case) -> Iterator[Finding]:
    """Yield a contradiction where both names and the verb of a statement are given, with the sides swapped."""
    for at, verb in enumerate(case.tokens):
        place = case.position(at)
        if place is None or not _is_verb(verb):
            continue
        left, right = _name(case, at, -1), _name(case, at, 1)
        if left is None or right is None or case.tokens[left].key == case.tokens[right].key:
            continue
        first, second = case.position(left), case.position(right)
        if first is None or second is None or not _one_statement(case, first, place, second):
            continue
        turned = _is_passive(case.tokens, at) != _is_passive(case.ground.tokens, place)
        if (second < place < first) != turned and (first < place < second or second < place < first):
            names = f"{case.tokens[left].text!r} and {case.tokens[right].text!r}"
            yield Finding("roles", Weight.CONTRADICTION, f"swaps {names} around {verb.text!r}")
            return


def _is_verb(token: Token) -> bool:
    lowered = token.text.lower()
    if token.kind != "word" or lowered.startswith(_MUTUAL):
        return False
    return lowered.endswith("ed") or lowered in IRREGULAR or lowered in _BOTH_WAYS


def _name(case: Case, at: int, step: int) -> int | None:
    """Return the next name before or after a verb within its clause, its part nearest to the verb."""
    for index in range(at + step, at + 7 * step, step):
        if not 0 <= index < len(case.tokens) or case.tokens[index if step > 0 else index + 1].breaks:
            return None
        if case.tokens[index].kind == "name":
            return index
    return None


def _one_statement(case: Case, *places: int) -> bool:
    sentences = {case.ground.sentence[place] for place in places}
    ends = (places[0], places[-1])
    return (
        len(sentences) == 1
        and max(places) - min(places) <= _SPAN
        and all(case.ground.tokens[place].kind == "name" for place in ends)
        and not any(case.ground.tokens[place].breaks for place in range(min(places) + 1, max(places) + 1))
    )


def _is_passive(tokens: Sequence[Token], at: int) -> bool:
    """Whether the doer follows the verb: `by` and no number, which would be an amount (beat them by 14 points)."""
    return any(
        token.key == "by" and index + 1 < len(tokens) and tokens[index + 1].quantity is None
        for index, token in enumerate(tokens[: at + 4])
        if index > at
    )
