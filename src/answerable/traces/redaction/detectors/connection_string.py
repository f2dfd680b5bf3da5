"""Passwords in URLs: `postgres://user:PASSWORD@host/db`. The rest of the URL stays."""

from __future__ import annotations

from collections.abc import Iterator

from answerable.traces.redaction.detectors.stand_ins import is_stand_in
from answerable.traces.redaction.patterns import compile_pattern
from answerable.traces.redaction.types import Detector, Found

_START = r"[A-Za-z][A-Za-z0-9+.-]{1,30}://[^\s/:@'\"<>]*:"
_URL = compile_pattern(rf"{_START}([^\s/'\"<>]+)@[\w.\[%-]")


def _find(text: bytes) -> Iterator[Found]:
    for match in _URL.finditer(text):
        if not is_stand_in(match[1]):
            yield Found(*match.span(1), "SECRET")


DETECTOR = Detector(trigger=rf"{_START}[^\s/'\"<>]+@", find=_find)
