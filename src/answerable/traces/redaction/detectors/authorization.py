"""What a request proves itself with: `Authorization:` and its kin, `Bearer ...`, `curl -u user:password`."""

from __future__ import annotations

from collections.abc import Iterator

from answerable.traces.redaction.detectors.entropy import is_random
from answerable.traces.redaction.detectors.stand_ins import is_stand_in
from answerable.traces.redaction.patterns import compile_pattern
from answerable.traces.redaction.types import Detector, Found

_QUOTE = r"""[\\"']{0,3}"""
_HEADER = compile_pattern(
    rf"(?i)\b(?:proxy-)?authorization{_QUOTE}\s{{0,3}}[:=]\s{{0,3}}{_QUOTE}"
    r"(?:(?:bearer|basic|digest|token|apikey|negotiate)\s+)?([^\s\"'\\,;<>]{6,})"
)
_SCHEME = compile_pattern(r"(?i)\b(?:bearer|basic)\s+([A-Za-z0-9._~+/=-]{12,})")
_CURL = compile_pattern(r"(?:\s-u|\s--user|\s--proxy-user)[= ]['\"]?[^\s:'\"]{1,64}:([^\s'\"]{3,256})")


def _find(text: bytes) -> Iterator[Found]:
    for match in _HEADER.finditer(text):
        if not is_stand_in(match[1]):
            yield Found(*match.span(1), "SECRET")
    for match in _SCHEME.finditer(text):
        if is_random(match[1]):
            yield Found(*match.span(1), "SECRET")
    for match in _CURL.finditer(text):
        if not is_stand_in(match[1]):
            yield Found(*match.span(1), "SECRET")


DETECTOR = Detector(
    trigger=r"(?i)authorization|\b(?:bearer|basic)\s|\s-u\s|\s--(?:proxy-)?user[= ]", find=_find
)
