"""How random a text looks, to tell a key from words joined by hyphens."""

from __future__ import annotations

import re
from collections import Counter
from math import log2
from typing import Final

_LEAST_BITS: Final = 2.8
"""Bits a sign, of at least 12 signs. 16 random hexadecimal digits have 3.2 on average, a repeated one has none."""
_LETTERS_BITS: Final = 3.5
_MIXED: Final = re.compile(rb"[a-z][A-Z].*[a-z][A-Z]", re.DOTALL)


def compute_entropy(value: bytes) -> float:
    """Return the Shannon entropy in bits a sign, of the signs as this text has them."""
    total = len(value)
    return -sum(count / total * log2(count / total) for count in Counter(value).values())


def is_random(value: bytes) -> bool:
    """Tell whether it looks made by a machine: letters and digits, or letters of both cases, hardly repeated."""
    if len(value) < 12:
        return False
    digits = sum(48 <= sign <= 57 for sign in value)
    letters = sum(65 <= sign <= 90 or 97 <= sign <= 122 for sign in value)
    bits = compute_entropy(value)
    if digits >= 2 and letters >= 2:
        return bits >= _LEAST_BITS
    return letters >= 16 and bits >= _LETTERS_BITS and _MIXED.search(value) is not None
