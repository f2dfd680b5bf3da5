"""Bank account numbers (IBAN, ISO 13616): the length of the country and the check digits (ISO 7064, mod 97-10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from answerable.traces.redaction.patterns import compile_pattern
from answerable.traces.redaction.surroundings import has_near, is_whole_word
from answerable.traces.redaction.types import Detector, Found

_LENGTHS: Final[Mapping[str, int]] = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29,
    "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
    "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
    "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20,
    "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19,
    "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29,
    "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24,
    "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
    "YE": 30,
}  # fmt: skip

_START = r"[A-Za-z]{2}\d{2}[ -]?[A-Za-z0-9]{3}"
_CANDIDATE = compile_pattern(r"[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}")
_WORD = compile_pattern(r"(?i)\biban\b")
_SEPARATORS: Final = b" -"


def _find(text: bytes) -> Iterator[Found]:
    position = 0
    while True:
        match = next(_CANDIDATE.finditer(text, position), None)
        if match is None:
            return
        start, end = match.span()
        found = _measure(text, start, end)
        if found is not None:
            yield found
        position = start + 1 if found is None else found.end


def _measure(text: bytes, start: int, end: int) -> Found | None:
    """Cut the candidate at its country's length: what follows are the next words of the sentence."""
    length = _LENGTHS.get(text[start : start + 2].decode("ascii").upper())
    if length is None:
        return None
    stop, count = start, 0
    while stop < end and count < length:
        count += text[stop] not in _SEPARATORS
        stop += 1
    if count < length or not is_whole_word(text, start, stop):
        return None
    number = text[start:stop].translate(None, _SEPARATORS)
    # One that was mistyped is still an account, if the sentence calls it one.
    if has_valid_checksum(number) or has_near(_WORD, text, start, stop, before=12):
        return Found(start, stop, "IBAN")
    return None


def has_valid_checksum(number: bytes) -> bool:
    """Tell whether an IBAN without spaces has the check digits that it should have."""
    turned = (number[4:] + number[:4]).decode("ascii").upper()
    return int("".join(str(int(digit, 36)) for digit in turned)) % 97 == 1


DETECTOR = Detector(trigger=rf"\b{_START}", find=_find)
