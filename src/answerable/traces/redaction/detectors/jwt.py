"""Signed and encrypted tokens (JWS and JWE in their compact form): their header is a JSON object in Base64."""

from __future__ import annotations

from collections.abc import Iterator

from answerable.traces.redaction.patterns import compile_pattern
from answerable.traces.redaction.types import Detector, Found

_TOKEN = compile_pattern(r"\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){2,4}")


def _find(text: bytes) -> Iterator[Found]:
    for match in _TOKEN.finditer(text):
        yield Found(*match.span(), "JWT")


DETECTOR = Detector(trigger=r"eyJ[A-Za-z0-9_-]{8}", find=_find)
