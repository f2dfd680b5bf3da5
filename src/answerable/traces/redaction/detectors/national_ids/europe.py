"""Europe. Each check names the rule that the state publishes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from answerable.traces.redaction.detectors.national_ids.checksums import (
    has_ean,
    has_luhn,
    has_mod_11_10,
    is_date,
    to_digits,
    weigh,
)
from answerable.traces.redaction.detectors.national_ids.number import NationalNumber

_SPANISH_LETTERS: Final = b"TRWAGMYFPDXBNJZSQVHLCKE"
_FINNISH_SIGNS: Final = b"0123456789ABCDEFHJKLMNPRSTUVWXY"
_ITALIAN_ODD: Final = (
    1,
    0,
    5,
    7,
    9,
    13,
    15,
    17,
    19,
    21,
    2,
    4,
    18,
    20,
    11,
    3,
    6,
    8,
    12,
    14,
    16,
    10,
    22,
    25,
    24,
    23,
)
_UNUSED_NINO: Final = frozenset({b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"})


def _is_nino(number: bytes) -> bool:
    return number[:2] not in _UNUSED_NINO


def _is_nhs(number: bytes) -> bool:
    return (11 - weigh(number, range(10, 1, -1)) % 11) % 11 == number[9] - 48


def _is_german_tax_id(number: bytes) -> bool:
    """Of the first ten digits one is there twice or three times, and the others at most once."""
    counts = sorted(Counter(number[:10]).values(), reverse=True)
    return counts[0] in (2, 3) and counts[1] == 1 and has_mod_11_10(number)


def _is_french_nir(number: bytes) -> bool:
    """Corsica's departments 2A and 2B count as 19 and 18."""
    body = number[:13].replace(b"2A", b"19").replace(b"2B", b"18")
    return body.isdigit() and 97 - int(body) % 97 == int(number[13:])


def _is_spanish(number: bytes) -> bool:
    digits = number[:-1].translate(bytes.maketrans(b"XYZ", b"012"))
    return _SPANISH_LETTERS[int(digits) % 23] == number[-1]


def _is_codice_fiscale(number: bytes) -> bool:
    values = [sign - 48 if sign < 65 else sign - 65 for sign in number[:15]]
    total = sum(_ITALIAN_ODD[value] for value in values[::2]) + sum(values[1::2])
    return total % 26 == number[15] - 65


def _is_bsn(number: bytes) -> bool:
    return (weigh(number, range(9, 1, -1)) - (number[8] - 48)) % 11 == 0


def _is_belgian(number: bytes) -> bool:
    """Those born since 2000 have a 2 in front for the check; 20 or 40 is added to the month of those not registered."""
    check = int(number[9:])
    year, month, day = (int(number[at : at + 2]) for at in (0, 2, 4))
    return is_date(year, month % 20, day) and any(
        97 - int(prefix + number[:9]) % 97 == check for prefix in (b"", b"2")
    )


def _is_pesel(number: bytes) -> bool:
    year, month, day = (int(number[at : at + 2]) for at in (0, 2, 4))
    valid = weigh(number, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0
    return valid and is_date(year, month % 20, day)  # the century is in the month


def _is_swedish(number: bytes) -> bool:
    short = number.replace(b"+", b"")[-10:]
    year, month, day = (int(short[at : at + 2]) for at in (0, 2, 4))
    return is_date(year, month, day % 60) and has_luhn(
        short
    )  # 60 is added to the day of those not registered


def _is_finnish(number: bytes) -> bool:
    day, month, year = (int(number[at : at + 2]) for at in (0, 2, 4))
    signs = number[6:] if number[6:7].isdigit() else number[7:]  # the sign of the century may be a separator
    return is_date(year, month, day) and _FINNISH_SIGNS[int(number[:6] + signs[:3]) % 31] == signs[3]


def _is_danish(number: bytes) -> bool:
    return is_date(int(number[4:6]), int(number[2:4]), int(number[:2]))


def _is_norwegian(number: bytes) -> bool:
    first = -weigh(number, (3, 7, 6, 1, 8, 9, 4, 5, 2)) % 11
    second = -weigh(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return [first, second] == to_digits(number[9:])


def _is_portuguese(number: bytes) -> bool:
    rest = weigh(number, range(9, 1, -1)) % 11
    return (0 if rest < 2 else 11 - rest) == number[8] - 48


EUROPE: Final[Mapping[str, NationalNumber]] = {
    "gb_nino": NationalNumber(
        r"(?i)\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D]\b", _is_nino
    ),
    "gb_nhs": NationalNumber(r"\b\d{3}[ -]?\d{3}[ -]?\d{4}\b", _is_nhs, words="nhs"),
    "de_tax": NationalNumber(r"\b[1-9]\d[ /]?\d{3}[ /]?\d{3}[ /]?\d{3}\b", _is_german_tax_id),
    "fr_nir": NationalNumber(
        r"\b[12378][ .]?\d\d[ .]?\d\d[ .]?(?:\d\d|2[AB])[ .]?\d{3}[ .]?\d{3}[ .-]?\d\d\b", _is_french_nir
    ),
    "es_dni": NationalNumber(r"\b(?:\d{8}|[XYZ]-?\d{7})-?[A-Z]\b", _is_spanish),
    "it_cf": NationalNumber(
        r"(?i)\b[A-Z]{3} ?[A-Z]{3} ?\d\d[A-EHLMPRST]\d\d ?[A-Z]\d{3}[A-Z]\b", _is_codice_fiscale
    ),
    "nl_bsn": NationalNumber(
        r"\b\d{4}\.?\d{2}\.?\d{3}\b", _is_bsn, words="bsn|burgerservicenummer|sofinummer"
    ),
    "be_nrn": NationalNumber(r"\b\d\d[.]?\d\d[.]?\d\d[-]?\d{3}[.]?\d\d\b", _is_belgian),
    "pl_pesel": NationalNumber(r"\b\d{11}\b", _is_pesel),
    "se_pnr": NationalNumber(r"\b(?:19|20)?\d{6}[-+]\d{4}\b", _is_swedish),
    "fi_hetu": NationalNumber(r"\b\d{6}[-+A-FU-Ya-fu-y]\d{3}[0-9A-Ya-y]\b", _is_finnish),
    "dk_cpr": NationalNumber(r"\b[0-3]\d[01]\d{3}-?\d{4}\b", _is_danish, words="cpr(?:-?(?:nummer|nr))?"),
    "no_fnr": NationalNumber(r"\b[0-7]\d{5} ?\d{5}\b", _is_norwegian),
    "ch_ahv": NationalNumber(r"\b756[. ]?\d{4}[. ]?\d{4}[. ]?\d\d\b", has_ean),
    "pt_nif": NationalNumber(r"\b[1-9]\d{2} ?\d{3} ?\d{3}\b", _is_portuguese, words="nif|contribuinte"),
}
