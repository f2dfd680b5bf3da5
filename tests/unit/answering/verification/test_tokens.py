"""Numbers are read as people write them."""

from __future__ import annotations

import pytest

from answerable.answering.verification.tokens import tokenize


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("1,234", "en", 1234),
        ("1.234", "de", 1234),
        ("1.234", "en", 1.234),
        ("1.234,5", "de", 1234.5),
        ("1,234.5", "en", 1234.5),
        ("12\u00a0345", "en", 12345),
        ("1’234", "en", 1234),
        ("twenty-five", "en", 25),
        ("three hundred", "en", 300),
        ("three hundred fifty", "en", 350),
        ("two million", "en", 2_000_000),
        ("3.5 million", "en", 3_500_000),
        ("1.2bn", "en", 1_200_000_000),
        ("2,5 Milliarden", "de", 2_500_000_000),
        ("3万", "zh", 30_000),
        ("21st", "en", 21),
        ("third", "en", 3),
        ("5½", "en", 5.5),
        ("٣٤", "ar", 34),
        ("８０", "en", 80),
    ],
)  # fmt: skip
def test_reads_the_value_of_a_number(text: str, language: str, value: float) -> None:
    (token,) = tokenize(text, language)
    assert token.quantity is not None
    assert token.quantity.value == value


@pytest.mark.parametrize(
    ("text", "unit"), [("5%", "%"), ("5 percent", "%"), ("$5", "$"), ("5 dollars", "$"), ("5 €", "€")]
)
def test_reads_the_unit_of_a_number(text: str, unit: str) -> None:
    (token,) = tokenize(text, "en")
    assert token.quantity is not None
    assert token.quantity.unit == unit


def test_reads_dates_and_ranges() -> None:
    assert [token.key for token in tokenize("2026-11-21", "en")] == ["#2026", "november", "#21"]
    assert [token.key for token in tokenize("1939–45", "en")] == ["#1939", "#1945"]


def test_a_version_is_no_number_that_could_be_rounded() -> None:
    (token,) = tokenize("3.11.2", "en")
    assert token.key == "#3.11.2"


def test_offsets_are_true() -> None:
    text = "Müller’s 3.5 million votes weren't “counted” in Köln."
    assert all(text[token.start : token.end].startswith(token.text[:2]) for token in tokenize(text, "en"))
