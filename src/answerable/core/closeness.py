"""The name that was meant: the known one nearest to what was written."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def suggest(name: str, known: Iterable[str]) -> str:
    """Return `Did you mean 'photo'?`, or an empty text when nothing known is close."""
    close = get_close_matches(name[:200], list(known), n=1, cutoff=0.6)
    return f"Did you mean {close[0]!r}?" if close else ""
