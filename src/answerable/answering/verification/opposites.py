"""Does the sentence say the opposite word: increased for decreased, before for after, unhappy for happy?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from answerable.answering.verification.alignment import opposites
from answerable.answering.verification.case import Case, Finding, Weight
from answerable.answering.verification.scopes import list_scopes
from answerable.answering.verification.tokens import Token

_PREFIXED = re.compile(
    r"^(?:(?:un|non)(?P<any>.{4,})"
    r"|(?:in|im|il|ir)(?P<adjective>.{3,}(?:abl|ibl|al|ent|ant|at|iv|ct|it|ar|ur|tion))"
    r"|(?:dis)(?P<dis>agre|approv|lik|connect|appear|abl|allow|honest|obey|prov|trust|continu|satisfi|similar|respect|order|loyal))"
)


def check_opposites(case: Case) -> Iterator[Finding]:
    """Yield a contradiction where the passages hold the opposite of a word at the very place of that word."""
    negated = {index for scope in list_scopes(case.tokens) for index in scope[:2]}
    for index, token in enumerate(case.tokens):
        other = find_opposite(case, index) if index not in negated else None
        if other is not None:
            reason = f"says {token.text!r} where the passage says {other.text!r}"
            yield Finding("opposites", Weight.CONTRADICTION, reason)
            return


def find_opposite(case: Case, index: int) -> Token | None:
    """Return the word of the passages that stands in the place of token `index` and means its opposite."""
    token = case.tokens[index]
    if index in case.matches or token.kind not in {"word", "name", "function"}:
        return None
    if token.kind == "function" and not opposites(token.key):
        return None
    for place in case.slot(index, index, width=5):
        other = case.ground.tokens[place]
        if _are_opposite(token, other) and not _stands_there(case, token, place):
            return other
    return None


def _are_opposite(token: Token, other: Token) -> bool:
    if other.key in opposites(token.key):
        return True
    return _bare(token.key) == other.key or _bare(other.key) == token.key


def _bare(key: str) -> str | None:
    """Return the word without its negating prefix, None when it has none."""
    match = _PREFIXED.match(key)
    return None if match is None else match["any"] or match["adjective"] or match["dis"]


def _stands_there(case: Case, token: Token, place: int) -> bool:
    """Whether the passages say the word itself close by as well: `before and after`."""
    return any(case.ground.tokens[p].key == token.key for p in case.ground.near(place, 4))
