"""Payment cards: the ranges and lengths of the card schemes (ISO/IEC 7812), the usual grouping, and Luhn's check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from answerable.traces.redaction.detectors.national_ids.checksums import has_luhn
from answerable.traces.redaction.patterns import compile_pattern
from answerable.traces.redaction.surroundings import has_near, is_whole_word
from answerable.traces.redaction.types import Detector, Found

_CANDIDATE = compile_pattern(r"\d(?:[ .-]?\d){11,30}")
_GROUP = compile_pattern(r"\d+")
_WORDS = compile_pattern(
    r"(?i)\b(?:card|credit|debit|visa|master ?card|maestro|amex|american express|discover|diners|jcb|payment|cc|karte|"
    r"kreditkarte|carte|tarjeta|carta|cart[aã]o)"
)
_NEAR: Final = 80

_SCHEMES = compile_pattern(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|(?:6011|65\d\d|64[4-9]\d)\d{12,15}|62\d{14,17}"  # Discover, UnionPay
    r"|3(?:0[0-5]|095|6\d|8\d|9\d)\d{11,16}"  # Diners Club
    r"|(?:2131|1800)\d{11}|35\d{14,17}"  # JCB
    r"|220[0-4]\d{12,15}|9792\d{12}"  # Mir, Troy
    r"|(?:5[06-8]|6\d)\d{10,17}"  # Maestro and the schemes that share its ranges
)
_USUAL: Final = (15, 16)
"""Cards with fewer or more digits are rare, and other such numbers are not: the text has to speak of a card."""

_GROUPINGS: Final = frozenset(
    {(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 4), (4, 4, 5), (8, 8)}
)


def _find(text: bytes) -> Iterator[Found]:
    for match in _CANDIDATE.finditer(text):
        yield from _find_in_run(text, *match.span())


def _find_in_run(text: bytes, start: int, end: int) -> Iterator[Found]:
    """Find cards in a run of groups of digits, which may hold an expiry date or a security code too."""
    groups = [group.span() for group in _GROUP.finditer(text, start, end)]
    first = 0
    while first < len(groups):
        last = next(
            (
                last
                for last in range(min(len(groups), first + 5), first, -1)
                if _is_card(text, groups[first:last])
            ),
            None,
        )
        if last is not None:
            yield Found(groups[first][0], groups[last - 1][1], "CARD")
        first = first + 1 if last is None else last


def _is_card(text: bytes, groups: list[tuple[int, int]]) -> bool:
    lengths = tuple(end - start for start, end in groups)
    if not 12 <= sum(lengths) <= 19 or (len(lengths) > 1 and lengths not in _GROUPINGS):
        return False
    start, end = groups[0][0], groups[-1][1]
    number = b"".join(text[one:other] for one, other in groups)
    if _SCHEMES.fullmatch(number) is None or not has_luhn(number) or not is_whole_word(text, start, end):
        return False
    return (
        len(number) in _USUAL
        or len(groups) > 1
        or has_near(_WORDS, text, start, end, before=_NEAR, after=_NEAR)
    )


def is_card_number(number: int) -> bool:
    """Tell whether a whole number, as JSON may have it, is a card's."""
    digits = b"%d" % number if 0 < number < 10**19 else b""
    return len(digits) in _USUAL and _SCHEMES.fullmatch(digits) is not None and has_luhn(digits)


DETECTOR = Detector(trigger=r"\d(?:[ .-]?\d){11}", find=_find)
