"""Personal data: each kind is found in the ways that people write it, and what looks alike stays."""

from __future__ import annotations

import pytest

from answerable.traces.redaction.texts import TextRedactor

REDACTOR = TextRedactor(ip=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write to john.o'neil+tag@mail.example.co.uk, please.", "Write to [EMAIL], please."),
        ("<ann@example.com>;'bob@example.org'", "<[EMAIL]>;'[EMAIL]'"),
        ("https://x.example/?to=ann%40example.com&y=1", "https://x.example/?to=[EMAIL]&y=1"),
        ("Grüße an jürgen.müller@bücher.example", "Grüße an [EMAIL]"),
        (r'{"text": "one\nann@example.com\ntwo"}', r'{"text": "one\n[EMAIL]\ntwo"}'),
    ],
)
def test_e_mail(text: str, expected: str) -> None:
    assert REDACTOR.redact(text) == expected


@pytest.mark.parametrize(
    "text", ["@decorator", "a @ b", "numpy@2.4.1", "me@localhost", "50 @ 3.20", "x@.com"]
)
def test_no_e_mail(text: str) -> None:
    assert REDACTOR.redact(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4111 1111 1111 1111", "[CARD]"),
        ("Card 5500-0055-5555-5559, 12/27, 123", "Card [CARD], 12/27, 123"),
        ("amex 3782 822463 10005", "amex [CARD]"),
        ("pay with 6011000990139424.", "pay with [CARD]."),
        ("my maestro card is 630427373398", "my maestro card is [CARD]"),
        ("4111 1111 1111 1111 and 5500 0055 5555 5559", "[CARD] and [CARD]"),
        ("4111 1111 1111 1111 123", "[CARD] 123"),
    ],
)
def test_cards(text: str, expected: str) -> None:
    assert REDACTOR.redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",  # Luhn
        "1234567812345670",  # no scheme begins with 1
        "630427373398 pieces",  # as short as that, and nobody speaks of a card
        "2019 2020 2021 2022",
        "6963242628536487936",
        "ABC4111111111111111",
    ],
)
def test_no_cards(text: str) -> None:
    assert REDACTOR.redact(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DE89 3704 0044 0532 0130 00 is mine", "[IBAN] is mine"),
        ("gb82west12345698765432", "[IBAN]"),
        ("NO93 8601 1117 947", "[IBAN]"),
        ("IBAN: FR14 2004 1010 0505 0001 3M02 607", "IBAN: [IBAN]"),  # mistyped, and called one
    ],
)
def test_ibans(text: str, expected: str) -> None:
    assert REDACTOR.redact(text) == expected


@pytest.mark.parametrize("text", ["DE88 3704 0044 0532 0130 00", "XX89370400440532013000", "AB12 is a gate"])
def test_no_ibans(text: str) -> None:
    assert "IBAN" not in REDACTOR.redact(text)


@pytest.mark.parametrize(
    "number",
    [
        "+49 (0)30 901820",
        "+1-604-696-5272x565",
        "001-518-640-0854",
        "(212) 555-0147",
        "212.555.0147",
        "030 / 90 18 20 55",
        "07700 900123",
        "03.93.92.16.85",
        "(08) 8747 6301",
        "+447700900123",
    ],
)
def test_phone_numbers_by_their_shape(number: str) -> None:
    assert REDACTOR.redact(f"It is {number}, thanks") == "It is [PHONE], thanks"


@pytest.mark.parametrize(
    "text", ["call me at 555 0147", "Telefon: 90182055", "My cell phone is 2125550147", "手机 13800138000"]
)
def test_phone_numbers_by_the_words_around_them(text: str) -> None:
    assert REDACTOR.redact(text).endswith("[PHONE]")


@pytest.mark.parametrize(
    "text",
    [
        "on 2026-11-21 at 10:30",
        "from 01.05.26-31.05.26",
        "7.000.000 people, 1 234 567 more",
        "pi is 3.14159265, and 0.041034 0.935165",
        "order number 2125550147",
        "a call for papers in 1999-2001",
        "(973-1050)",
        "version 10.24.3.1007",
        "doc_id 21366394",
        "1111111 and 0000000 in a call",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert "PHONE" not in REDACTOR.redact(text)


def test_addresses_of_the_internet_are_left_unless_they_are_asked_for() -> None:
    text = "from 203.0.113.7 and 2001:db8::8a2e:370:7334 to 10.0.0.300 at 12:30:15"
    assert REDACTOR.redact(text) == "from [IP] and [IP] to 10.0.0.300 at 12:30:15"
    assert TextRedactor().redact(text) == text
