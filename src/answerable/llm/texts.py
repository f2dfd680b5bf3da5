"""Text that every provider accepts."""

from __future__ import annotations


def make_sendable(text: str) -> str:
    """Return the text without NUL, and with U+FFFD for lone surrogates, which UTF-8 cannot carry."""
    if not text.isascii():
        # By way of UTF-16, where two halves of a character that stand side by side become one again.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\0", "")
