"""Do two questions ask the same? Vectors say that they are like each other; this says whether the little words agree.

`Who founded it in 1998?` and `Who founded it in 1989?` have nearly the same vector. So numbers, names, denials,
question words, opposites, times and roles must agree, and what is asked in other words must stand in the passages
that the answer cites.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from answerable.answering.types import Evidence
from answerable.answering.verification.alignment import opposites
from answerable.answering.verification.case import Case
from answerable.answering.verification.passages import Ground
from answerable.answering.verification.scopes import list_scopes
from answerable.answering.verification.stems import stem
from answerable.answering.verification.tokens import Token, tokenize
from answerable.answering.verification.wordlists import words

_QUESTION_WORDS: Final = {
    word: group.split()[0]
    for group in (
        "who whom whose wer wen wem wessen", "what which was welche welcher welches welchen", "when wann",
        "where wo woher wohin", "why warum wieso weshalb", "how wie",
    )
    for word in group.split()
}  # fmt: skip
_TELLING: Final = words(
    "before after without until till since under over more less fewer most least only during between above below "
    "must should ought first last each every all any except per than if unless both either "
    "vor nach ohne bis seit unter über mehr weniger nur während zwischen muss soll jede jeder alle wenn"
)
"""Small words that change what is asked for."""

_TENSES: Final = {
    **dict.fromkeys(words("was were did had been waren hatte wurde wurden"), "past"),
    **dict.fromkeys(words("will would shall wird werden"), "future"),
}
_ARTICLES: Final = words("the a an my your our der die das des den")
_PREFIXES: Final = ("un", "in", "im", "il", "ir", "dis", "non")
_LIGHT: Final = frozenset(
    stem(word, "en")
    for word in words(
        "get take give receive have make do tell say please know want need find see exactly possible able allowed "
        "there let know help show explain"
    )
)
"""Words that a question may have or lack without asking for something else."""


def ask_the_same(one: str, other: str, language: str) -> bool:
    """Whether no word of one question speaks against its asking what the other one asks."""
    first, second = tokenize(one, language), tokenize(other, language)
    return (
        _signature(first, language) == _signature(second, language)
        and _names_agree(first, second)
        and _names_agree(second, first)
        and not _has_opposites(first, second)
        and _roles_agree(first, second)
    )


def is_answered(question: str, earlier: str, evidence: Sequence[Evidence], language: str) -> bool:
    """Whether the passages that answer the earlier question are about the words that only this one uses.

    One that says more, or less, than the earlier one asks for something narrower or wider, and is not answered.
    """
    known = {token.key for token in tokenize(earlier, language)}
    case = Case(question, language, Ground(evidence, language))
    new = [i for i, token in enumerate(case.tokens) if _weighs(token) and token.key not in known]
    mine = {token.key for token in case.tokens}
    left_out = [token for token in tokenize(earlier, language) if _weighs(token) and token.key not in mine]
    return bool(new) == bool(left_out) and all(index in case.matches for index in new)


def _weighs(token: Token) -> bool:
    return token.matters and token.key not in _LIGHT


def _signature(tokens: Sequence[Token], language: str) -> object:
    """Return what must be equal: what kind of answer is wanted, the numbers, what is denied, the telling words."""
    texts = {token.text.casefold() for token in tokens}
    denied = sorted(tokens[scope[0]].key if scope else "" for scope in list_scopes(tokens))
    numbers = sorted((token.key, token.quantity.unit) for token in tokens if token.quantity is not None)
    tenses = {_TENSES[text] for text in texts & _TENSES.keys()}
    return _wanted(tokens, language), numbers, denied, texts & _TELLING, tenses


def _wanted(tokens: Sequence[Token], language: str) -> set[str]:
    """Return the question words, `how` with the word that it asks the measure of."""
    wanted = set()
    for index, token in enumerate(tokens):
        word = _QUESTION_WORDS.get(token.text.casefold())
        if word is None or (word == "what" and token.text.casefold() == "was" and language == "en"):
            continue
        following = tokens[index + 1] if word == "how" and index + 1 < len(tokens) else None
        measured = following.key if following is not None and _is_measure(following) else ""
        wanted.add(f"{word} {'many' if measured == 'much' else measured}".strip())
    return wanted


def _is_measure(token: Token) -> bool:
    return token.matters or token.key in {"many", "much", "viel", "viele"}


def _names_agree(tokens: Sequence[Token], others: Sequence[Token]) -> bool:
    held = {token.key for token in others}
    return all(token.key in held for index, token in enumerate(tokens) if _is_name(tokens, index))


def _is_name(tokens: Sequence[Token], index: int) -> bool:
    """Whether the capital is more than that of the question's first word."""
    token = tokens[index]
    if token.kind != "name":
        return False
    return index > 0 or not token.text.istitle() or (len(tokens) > 1 and tokens[1].kind == "name")


def _has_opposites(first: Sequence[Token], second: Sequence[Token]) -> bool:
    mine, others = {token.key for token in first}, {token.key for token in second}
    return any(
        other in opposites(key) or _is_denied(key, other) or _is_denied(other, key)
        for key in mine - others
        for other in others - mine
    )


def _is_denied(key: str, other: str) -> bool:
    return any(key == prefix + other for prefix in _PREFIXES)


def _roles_agree(first: Sequence[Token], second: Sequence[Token]) -> bool:
    """Whether what both name comes in the same order: `from A to B` is not `from B to A`."""
    one, other = _line_up(first), _line_up(second)
    if set(one) != set(other):
        named = {t.key for tokens in (first, second) for t in tokens if t.kind in {"name", "number"}}
        one, other = [k for k in one if k in named], [k for k in other if k in named]
        shared = set(one) & set(other)
        one, other = [k for k in one if k in shared], [k for k in other if k in shared]
    return one == other


def _line_up(tokens: Sequence[Token]) -> list[str]:
    """Return the words that weigh, `days of paid leave` as `paid leave days`."""
    line: list[str] = []
    before: int | None = None
    for token in tokens:
        if token.key in {"of", "von"} and line:
            before = len(line) - 1
        elif _weighs(token):
            line.insert(len(line) if before is None else before, token.key)
            before = None if before is None else before + 1
        elif token.text.casefold() not in _ARTICLES:
            before = None
    return line
