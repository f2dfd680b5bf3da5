"""Telephone numbers: international ones by their prefix, national ones by their shape or by the words around them.

The metadata of numbering plans would say more of a number whose country is known. In a prompt it is not, and trying
several countries is slow (see the benchmark), so shapes that other numbers have too need a word such as *call*.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from answerable.traces.redaction.patterns import compile_pattern
from answerable.traces.redaction.surroundings import has_near, is_whole_number
from answerable.traces.redaction.types import Detector, Found

_GAP: Final = r"(?:[ ./-]|\xa0|\x{2011}|\)[ -]?| ?\(| [/-] )"
_CANDIDATE = compile_pattern(
    rf"(?:\+ ?|\()?\d(?:{_GAP}?\d){{5,16}}(?: ?(?:x|ext\.?|extension|#|Durchwahl|poste) ?\d{{1,6}})?"
)
_NUMBER = re.compile(rb"(?:\+ ?|\()?[\d ./()\xa0\xc2\xe2\x80\x91-]*\d", re.ASCII)
_GROUPS = re.compile(rb"\d+")
_WORDS = compile_pattern(
    r"(?i)(?:\b(?:(?:tele)?(?:ph|f)one?|phones?|tel|telef[oó]n\w*|t[eé]l[eé]phone|puhelin|telefoon|telefonn\w*|mobil(?:e|telefon\w*|nummer)?"
    r"|m[oó]vil|celular|cell ?(?:phone|number|no)|handy|gsm|portable|fax|telefax|call(?:ed|ing|s)?|dial(?:ed|led)?|ring"
    r"|reach(?:ed)?|sms|text me|texted|whats ?app|hotline|helpline|landline|desk|office|anrufen|rufen?"
    r"|appele[rz]?|llama\w*|answering|receiv\w+ (?:calls?|messages?|texts?)|messages? (?:to|on|at)"
    r"|(?:my|registered|contact|work|home) (?:number|no))\b|电话|電話|手机|전화|тел)"
)
_OTHER = compile_pattern(
    r"(?i)\b(?:order|invoice|account|acct|ticket|isbn|issn|serial|tracking|part|sku|ean|upc|version|zip|postcode|card|"
    r"ssn|passport|licen[cs]e|iban|routing|policy|case|id|ref(?:erence)?)\b[^\d\n]{0,24}$"
)
_SHORT_DATE = re.compile(rb"\(?[0-3]?\d[./-][01]?\d[./-]\d\d")
_THOUSANDS = re.compile(rb"\(?\d{1,3}(?:\.\d{3})+")
_AREA = re.compile(rb"\(0?\d{1,5}\)")
_DATE = re.compile(
    rb"(?:19|20)\d\d ?- ?(?:19|20)\d\d|(?:19|20)\d\d[ ./-]\d\d?[ ./-]\d\d?|\d\d?[ ./-]\d\d?[ ./-](?:19|20)\d\d"
)
_BEFORE: Final = 48
_AFTER: Final = 20

_MOBILE = re.compile(rb"07[1-9]\d{8}|0[67]\d{8}|01[567]\d{8,9}|04\d{8}")
"""Written without gaps: the mobile numbers of the United Kingdom, France, Germany and Australia."""


def _find(text: bytes) -> Iterator[Found]:
    for match in _CANDIDATE.finditer(text):
        start, end = match.span()
        if is_whole_number(text, start, end) and _is_phone(text, start, end):
            yield Found(start, end, "PHONE")


def _is_phone(text: bytes, start: int, end: int) -> bool:
    found = _NUMBER.match(text, start, end)
    number = b"" if found is None else found[0]
    groups = _GROUPS.findall(number)
    digits = b"".join(groups)
    if not 7 <= len(digits) <= 16 or len(set(digits)) < 3:
        return False
    if _is_another_number(number, len(groups)):
        return False
    if number[:1] == b"+":
        return 8 <= len(digits) <= 15 and digits[:1] != b"0"
    if (
        _OTHER.search(text[max(0, start - _BEFORE) : start]) is not None
    ):  # a slice: `$` is the end of what is given
        return False
    return _has_shape(number, groups, digits) or (
        len(digits) <= 13 and has_near(_WORDS, text, start, end, before=_BEFORE, after=_AFTER)
    )


def _is_another_number(number: bytes, groups: int) -> bool:
    """Tell decimal fractions, thousands and dates from telephone numbers."""
    if number[:2] == b"0." or (b"." in number and b" " in number and number[:1] not in b"+("):
        return True
    if _DATE.search(number) is not None or _THOUSANDS.fullmatch(number) is not None:
        return True
    return groups in (3, 6) and _SHORT_DATE.match(number) is not None


def _has_shape(number: bytes, groups: list[bytes], digits: bytes) -> bool:
    """Tell whether hardly anything but a telephone number is written like this."""
    sizes = tuple(len(group) for group in groups)
    if _AREA.match(number) is not None:
        return 7 <= len(digits) <= 12 and sizes[0] <= 5
    if len(sizes) == 1:
        return _MOBILE.fullmatch(digits) is not None
    if digits[:2] == b"00" and digits[2:3] != b"0":
        return 10 <= len(digits) <= 16
    if sizes[-3:] == (3, 3, 4) and digits[-10] in b"23456789" and sizes[:-3] in ((), (1,)):
        return True  # North America
    return digits[:1] == b"0" and digits[1:2] != b"0" and 9 <= len(digits) <= 12 and max(sizes) <= 8


DETECTOR = Detector(trigger=rf"\d(?:{_GAP}?\d){{6}}", find=_find)
