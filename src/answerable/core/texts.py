"""Text as PostgreSQL takes it."""

from __future__ import annotations


def to_storable(text: str) -> str:
    """Return the text without NUL and halves of surrogate pairs, which PostgreSQL stores neither of."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
