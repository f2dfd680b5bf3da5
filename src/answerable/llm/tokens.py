"""An estimate of a text's tokens, for providers that do not count."""

from __future__ import annotations

CHARACTERS_PER_TOKEN = 4
"""English text in the byte-pair vocabularies of 2023 and later has 4 to 4.5 characters a token."""


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a text has: one for four characters, one for each outside Latin.

    A rough rule on purpose: within some 20 % on English prose, high for Chinese, Japanese and Korean, where
    vocabularies differ. A number a bill depends on must come from the provider.
    """
    wide = 0 if text.isascii() else sum(character > "\u024f" for character in text)
    return -(-(len(text) - wide) // CHARACTERS_PER_TOKEN) + wide
