"""Check digits, each over the ASCII digits of a number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

_ZERO: Final = 48

_VERHOEFF_PRODUCTS: Final = tuple(
    tuple(
        (row + column) % 5 if row < 5 and column < 5
        else 5 + (row + column) % 5 if row < 5
        else 5 + (row - column) % 5 if column < 5
        else (row - column) % 5
        for column in range(10)
    )
    for row in range(10)
)  # fmt: skip
"""The multiplication table of the dihedral group of order 10."""

_VERHOEFF_SHIFT: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def to_digits(number: bytes) -> list[int]:
    return [byte - _ZERO for byte in number]


def has_luhn(number: bytes) -> bool:
    """ISO/IEC 7812-1, annex B: every second digit from the right is doubled."""
    digits = to_digits(number)
    doubled = sum(digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + doubled) % 10 == 0


def weigh(number: bytes, weights: Sequence[int]) -> int:
    """Return the sum of the digits times the weights, as many as there are weights."""
    return sum(digit * weight for digit, weight in zip(to_digits(number), weights, strict=False))


def has_mod_11_10(number: bytes) -> bool:
    """ISO 7064, MOD 11,10."""
    product = 10
    for digit in to_digits(number[:-1]):
        product = ((digit + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == number[-1] - _ZERO


def has_verhoeff(number: bytes) -> bool:
    """Verhoeff's check, which finds every swap of two neighbours."""
    check = 0
    for place, digit in enumerate(reversed(to_digits(number))):
        for _ in range(place % 8):
            digit = _VERHOEFF_SHIFT[digit]  # noqa: PLW2901 - the same digit, permuted again
        check = _VERHOEFF_PRODUCTS[check][digit]
    return check == 0


def has_ean(number: bytes) -> bool:
    """The check digit of EAN-13."""
    digits = to_digits(number)
    return (sum(digits[-1::-2]) + 3 * sum(digits[-2::-2])) % 10 == 0


def is_date(year: int, month: int, day: int) -> bool:
    """Tell whether there is such a day. A year of two digits is taken as a leap year where it could be one."""
    try:
        date(year if year > 99 else 2000 + year, month, day)
    except ValueError:
        return False
    return True
