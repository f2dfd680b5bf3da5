"""The Americas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from answerable.traces.redaction.detectors.national_ids.checksums import has_luhn, is_date, to_digits, weigh
from answerable.traces.redaction.detectors.national_ids.number import NationalNumber

_CURP_SIGNS: Final = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"


def _is_ssn(number: bytes) -> bool:
    """No area 000 and 666, no group 00, no serial number 0000. Areas from 900 on are tax numbers (ITIN)."""
    return number[:3] not in (b"000", b"666") and number[3:5] != b"00" and number[5:] != b"0000"


def _is_sin(number: bytes) -> bool:
    return number[0] not in b"08" and has_luhn(number)


def _is_cpf(number: bytes) -> bool:
    first = -weigh(number, range(10, 1, -1)) % 11 % 10
    second = -weigh(number, range(11, 1, -1)) % 11 % 10
    return [first, second] == to_digits(number[9:]) and len(set(number)) > 1


def _is_curp(number: bytes) -> bool:
    text = number.decode("ascii")
    total = sum(_CURP_SIGNS.index(sign) * (18 - place) for place, sign in enumerate(text[:17]))
    birth = (int(text[at : at + 2]) for at in (4, 6, 8))
    return is_date(*birth) and -total % 10 == int(text[17])


AMERICAS: Final[Mapping[str, NationalNumber]] = {
    "us_ssn": NationalNumber(r"\b\d{3}(?:-\d\d-| \d\d )\d{4}\b", _is_ssn),
    "us_ssn_plain": NationalNumber(
        r"\b\d{9}\b",
        _is_ssn,
        words="ssn|itin|social security(?: (?:number|no))?|tax ?payer id(?:entification)?",
    ),
    "ca_sin": NationalNumber(r"\b\d{3}[ -]\d{3}[ -]\d{3}\b", _is_sin, words="sin|social insurance|nas"),
    "br_cpf": NationalNumber(r"\b\d{3}\.?\d{3}\.?\d{3}-?\d\d\b", _is_cpf),
    "mx_curp": NationalNumber(r"(?i)\b[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d\b", _is_curp),
}
