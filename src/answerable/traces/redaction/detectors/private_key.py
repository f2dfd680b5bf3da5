"""Private keys in PEM and in OpenPGP's armour, also inside a JSON string, and also when the end is missing."""

from __future__ import annotations

from collections.abc import Iterator

from answerable.traces.redaction.patterns import compile_pattern
from answerable.traces.redaction.types import Detector, Found

_KIND = r"[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
_BEGIN = compile_pattern(rf"-----BEGIN {_KIND}")
_END = compile_pattern(rf"-----END {_KIND}")
_GAP = r"(?:\s|\\[nr])*"
_REST = compile_pattern(
    rf"(?:{_GAP}(?:[A-Za-z0-9+/=]{{16,}}|(?:Proc-Type|DEK-Info|Version|Comment):[^\n\\]*))*"
    rf"(?:{_GAP}[A-Za-z0-9+/]{{0,15}}={{1,2}})?"
)
"""What of a key follows its first line where it was cut off."""


def _find(text: bytes) -> Iterator[Found]:
    position, has_end = 0, True
    while (begin := _BEGIN.search(text, position)) is not None:
        start, position = begin.span()
        end = _END.search(text, position) if has_end else None
        if end is None:
            has_end = False
            rest = _REST.match(text, position)
            position = position if rest is None else rest.span()[1]
        else:
            position = end.span()[1]
        yield Found(start, position, "PRIVATE_KEY")


DETECTOR = Detector(trigger=r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY", find=_find)
