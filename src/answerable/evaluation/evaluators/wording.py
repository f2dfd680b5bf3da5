"""Texts made comparable: Unicode forms, white space, capitals and punctuation that shall not count."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from answerable.core.sentences import MARKER

_MARKERS = re.compile(rf"[ \t]*{MARKER.pattern}")
_PUNCTUATION: Final = frozenset({"P", "S"})


def tidy(text: str, *, ignore_case: bool = False, ignore_punctuation: bool = False) -> str:
    """Return the text in Unicode's composed form (NFC) with single spaces, without what is to be ignored."""
    text = unicodedata.normalize("NFC", text)
    if ignore_case:
        text = text.casefold()
    if ignore_punctuation:
        text = "".join(" " if unicodedata.category(letter)[0] in _PUNCTUATION else letter for letter in text)
    return " ".join(text.split())


def without_markers(text: str) -> str:
    """Return the text without its citation markers: `[1]`, `[1, 3]`."""
    return _MARKERS.sub("", text) if "[" in text or "【" in text else text
