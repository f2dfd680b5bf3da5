"""Addresses of the Internet Protocol, version 4 and 6. Optional: a version such as 1.2.3.4 looks the same."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from answerable.traces.redaction.patterns import compile_pattern
from answerable.traces.redaction.surroundings import is_whole_word
from answerable.traces.redaction.types import Detector, Found

_V4 = r"\d{1,3}(?:\.\d{1,3}){3}"
_ADDRESS = compile_pattern(rf"[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:]*(?:{_V4})?|{_V4}")


def _find(text: bytes) -> Iterator[Found]:
    for match in _ADDRESS.finditer(text):
        start, end = match.span()
        if text[end - 1 : end] == b":" and text[end - 2 : end] != b"::":
            end -= 1
        if is_whole_word(text, start, end) and not _goes_on(text, end) and _is_address(text[start:end]):
            yield Found(start, end, "IP")


def _goes_on(text: bytes, end: int) -> bool:
    return text[end : end + 1] == b"." and text[end + 1 : end + 2].isdigit()


def _is_address(text: bytes) -> bool:
    try:
        address = ip_address(text.decode("ascii"))
    except ValueError:
        return False
    return address.version == 4 or len(text) > 3  # `::` and `::1` are code more often than anything else


DETECTOR = Detector(trigger=rf"{_V4}|[0-9A-Fa-f]:[0-9A-Fa-f:]*:|::[0-9A-Fa-f]", find=_find)
