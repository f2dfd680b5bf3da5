"""Asia, Australia and Africa."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from answerable.traces.redaction.detectors.national_ids.checksums import (
    has_luhn,
    has_verhoeff,
    is_date,
    to_digits,
    weigh,
)
from answerable.traces.redaction.detectors.national_ids.number import NationalNumber

_CHINESE_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHINESE_SIGNS: Final = b"10X98765432"
_NRIC_LETTERS: Final[Mapping[bytes, tuple[int, bytes]]] = {
    b"S": (0, b"JZIHGFEDCBA"),
    b"T": (4, b"JZIHGFEDCBA"),
    b"F": (0, b"XWUTRQPNMLK"),
    b"G": (4, b"XWUTRQPNMLK"),
    b"M": (3, b"XWUTRQPNJLK"),
}
"""What is added to the sum, and the letters for what remains of it after a division by 11."""


def _is_chinese(number: bytes) -> bool:
    birth = (int(number[6:10]), int(number[10:12]), int(number[12:14]))
    return is_date(*birth) and _CHINESE_SIGNS[weigh(number, _CHINESE_WEIGHTS) % 11] == number[17]


def _is_korean(number: bytes) -> bool:
    """Numbers given since October 2020 have no check digit; the date and the sign of the century are what is left."""
    return is_date(*(int(number[at : at + 2]) for at in (0, 2, 4)))


def _is_nric(number: bytes) -> bool:
    offset, letters = _NRIC_LETTERS[number[:1]]
    rest = (offset + weigh(number[1:8], (2, 7, 6, 5, 4, 3, 2))) % 11
    return letters[rest] == number[8]


def _is_tfn(number: bytes) -> bool:
    return weigh(number, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def _is_south_african(number: bytes) -> bool:
    return is_date(*(int(number[at : at + 2]) for at in (0, 2, 4))) and has_luhn(number)


def _is_turkish(number: bytes) -> bool:
    digits = to_digits(number)
    tenth = (sum(digits[0:9:2]) * 7 - sum(digits[1:8:2])) % 10
    return digits[9] == tenth and digits[10] == sum(digits[:10]) % 10


def _has_shape(number: bytes) -> bool:
    del number
    return True


ELSEWHERE: Final[Mapping[str, NationalNumber]] = {
    "in_aadhaar": NationalNumber(r"\b[2-9]\d{3}[ -]\d{4}[ -]\d{4}\b", has_verhoeff),
    "in_aadhaar_plain": NationalNumber(r"\b[2-9]\d{11}\b", has_verhoeff, words="aadhaar|aadhar|uidai"),
    "in_pan": NationalNumber(r"\b[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]\b", _has_shape),
    "cn_ric": NationalNumber(r"\b[1-9]\d{5}(?:19|20)\d{9}[0-9Xx]\b", _is_chinese),
    "kr_rrn": NationalNumber(r"\b\d{2}[01]\d[0-3]\d-[1-8]\d{6}\b", _is_korean),
    "sg_nric": NationalNumber(r"(?i)\b[STFGM]\d{7}[A-Z]\b", _is_nric),
    "au_tfn": NationalNumber(r"\b\d{3} ?\d{3} ?\d{3}\b", _is_tfn, words="tfn|tax file number"),
    "za_id": NationalNumber(r"\b\d{2}[01]\d[0-3]\d ?\d{4} ?[01]\d\d\b", _is_south_african),
    "tr_tckn": NationalNumber(r"\b[1-9]\d{10}\b", _is_turkish),
}
