"""E-mail addresses, also where a URL has them with `%40`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from answerable.traces.redaction.patterns import compile_pattern
from answerable.traces.redaction.types import Detector, Found

_AT = compile_pattern(r"@|%40")
_LOCAL = compile_pattern(r"[\pL\pN_][\pL\pN._%+'-]*$")
_DOMAIN = compile_pattern(r"(?:[\pL\pN](?:[\pL\pN-]*[\pL\pN])?\.)+\pL[\pL\pN-]*[\pL\pN]")
_IN_URL = compile_pattern(r"://[^\s/:@]*:[^\s/]*$")
"""A user and a password: what follows them is a host."""
_LONGEST_LOCAL: Final = 128
_LONGEST_DOMAIN: Final = 253


def _find(text: bytes) -> Iterator[Found]:
    """Look for the sign first, and from it to both sides: that is ten times as fast as one expression for all of it."""
    for sign in _AT.finditer(text):
        at, after = sign.span()
        domain = _DOMAIN.match(text, after, min(len(text), after + _LONGEST_DOMAIN))
        if domain is None:
            continue
        before = text[max(0, at - _LONGEST_LOCAL) : at]  # a slice: `$` is the end of what is given
        local = _LOCAL.search(before)
        if local is not None and _IN_URL.search(before) is None:
            yield Found(at - len(before) + local.span()[0], domain.span()[1], "EMAIL")


DETECTOR = Detector(trigger=r"[\pL\pN_'.+-](?:@|%40)[\pL\pN]", find=_find)
