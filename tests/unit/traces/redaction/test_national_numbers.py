"""National numbers: as their states and standards give them as examples, and the same with a digit changed."""

from __future__ import annotations

import pytest

from answerable.traces.redaction.texts import TextRedactor

REDACTOR = TextRedactor()

NUMBERS = [
    "078-05-1120",  # United States
    "AB 12 34 56 C",  # United Kingdom
    "12 345 678 995",  # Germany
    "2 55 08 14 168 025 38",  # France
    "12345678Z",  # Spain
    "X1234567L",
    "MRTMTT25D09F205Z",  # Italy
    "85.07.30-033.28",  # Belgium
    "44051401458",  # Poland
    "811218-9876",  # Sweden
    "131052-308T",  # Finland
    "01010750160",  # Norway
    "756.9217.0769.85",  # Switzerland
    "390.533.447-05",  # Brazil
    "HEGG560427MVZRRL04",  # Mexico
    "2341 2341 2346",  # India
    "ABCPE1234F",
    "11010519491231002X",  # China
    "S0000001I",  # Singapore
    "8001015009087",  # South Africa
    "10000000146",  # Turkey
    "900101-1234567",  # Korea
]


@pytest.mark.parametrize("number", NUMBERS)
def test_it_is_found(number: str) -> None:
    assert REDACTOR.redact(f"mine is {number}, yes") == "mine is [NATIONAL_ID], yes"


@pytest.mark.parametrize("number", [one for one in NUMBERS if one not in {"900101-1234567", "ABCPE1234F"}])
def test_a_wrong_one_is_not(number: str) -> None:
    wrong = {
        "078-05-1120": "666-05-1120",
        "AB 12 34 56 C": "GB 12 34 56 C",
    }.get(number) or _change_last(number)
    assert "NATIONAL_ID" not in REDACTOR.redact(f"mine is {wrong}, yes")


@pytest.mark.parametrize(
    "text",
    [
        "my SSN is 078051120",
        "NHS number 943 476 5919",
        "BSN: 111222333",
        "CPR-nummer 070745-4285",
        "NIF 123456789",
        "SIN 130 692 544",
        "tax file number 123 456 782",
        "Aadhaar 234123412346",
    ],
)
def test_one_that_says_little_needs_its_name(text: str) -> None:
    number = text.lstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-: ")
    assert REDACTOR.redact(text).endswith("[NATIONAL_ID]")
    assert "NATIONAL_ID" not in REDACTOR.redact(f"there are {number} of them")


def _change_last(number: str) -> str:
    last = number[-1]
    return number[:-1] + (chr(ord(last) + 1) if last not in "9Z" else "8" if last == "9" else "Y")
