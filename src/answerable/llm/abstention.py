"""The sentence with which a model says that its sources do not hold the answer."""

from __future__ import annotations

import re
from typing import Final

ABSTENTION: Final = "The sources do not answer this question."
"""Prompts demand these very words of a model, and the offline model says them itself."""

_MARKERS = re.compile(r"\[\d{1,3}\]")


def is_abstention(text: str) -> bool:
    """Whether `text` says nothing but that the sources do not hold the answer; markers and quotes do not matter."""
    bare = _MARKERS.sub("", text).strip(" \t\r\n\"'“”*_.").casefold()
    return bare == ABSTENTION.rstrip(".").casefold()
