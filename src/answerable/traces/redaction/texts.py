"""One text: what is found in it is replaced by its kind in brackets."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from answerable.traces.redaction.detectors.registry import DETECTORS, OPTIONAL
from answerable.traces.redaction.patterns import Pattern, PatternSet, compile_pattern
from answerable.traces.redaction.types import Found, OwnDetector

_log = logging.getLogger(__name__)

_SHORTEST: Final = 5
"""Bytes of the shortest thing that a detector of ours finds."""
_PASSES: Final = 5
"""What is gone may have been glued to something that is only now recognised, so a changed text is looked at again."""
FAILED: Final = "[REDACTION_FAILED]"
"""What a text becomes when a detector of the user's cannot look at it: nobody knows what is in it."""


class TextRedactor:
    """Replaces what the detectors find. `patterns` are the app's own expressions by their labels; see `patterns.py`.

    Equal texts become equal texts, and what comes out holds nothing that would be found again.
    """

    def __init__(
        self,
        *,
        patterns: Mapping[str, str] | None = None,
        ip: bool = False,
        own: Sequence[OwnDetector] = (),
    ) -> None:
        """Raises BadPatternError."""
        detectors = {**DETECTORS, **({"ip": OPTIONAL["ip"]} if ip else {})}
        self._finders = [detector.find for detector in detectors.values()]
        self._triggers = PatternSet([detector.trigger for detector in detectors.values()])
        self._patterns: list[tuple[str, Pattern]] = [
            (label, compile_pattern(pattern)) for label, pattern in (patterns or {}).items()
        ]
        self._own = tuple(own)

    def redact(self, text: str) -> str:
        """Return the text without what was found."""
        for own in self._own:
            text = _apply_own(own, text)
        if len(text) < _SHORTEST and not self._patterns:
            return text
        data = text.encode("utf-8", "replace")
        found = self.find(data)
        if not found:
            return text
        for _ in range(_PASSES):
            data = replace_found(data, found)
            found = _merge(self._find_known(data))
            if not found:
                break
        return data.decode("utf-8")

    def find(self, data: bytes) -> list[Found]:
        """Return what a first look at UTF-8 text finds, in order and without overlaps."""
        return _merge([*self._find_own(data), *self._find_known(data)])

    def _find_own(self, data: bytes) -> Iterator[Found]:
        for label, pattern in self._patterns:
            for match in pattern.finditer(data):
                if match[0]:
                    yield Found(*match.span(), label)

    def _find_known(self, data: bytes) -> Iterator[Found]:
        probe = _open_escapes(data)
        for index in self._triggers.match(probe):
            yield from self._finders[index](probe)


def _open_escapes(data: bytes) -> bytes:
    r"""Return the text with spaces where JSON inside of it has an escape: in `\n4111` the `n` belongs to no word.

    Its length, and with it every offset, stays.
    """
    if b"\\" not in data:
        return data
    return data.replace(b"\\n", b"  ").replace(b"\\r", b"  ").replace(b"\\t", b"  ").replace(b'\\"', b' "')


def replace_found(data: bytes, found: Iterable[Found]) -> bytes:
    """Return the text with each stretch replaced by its label in brackets."""
    parts: list[bytes] = []
    written = 0
    for start, end, label in found:
        parts += (data[written:start], b"[" + label.encode() + b"]")
        written = end
    return b"".join((*parts, data[written:]))


def _merge(found: Iterable[Found]) -> list[Found]:
    """Make those that overlap one, called as the one that was found first, by the detector that stands first."""
    merged: list[Found] = []
    ranks: list[int] = []
    for start, end, rank, label in sorted(
        (one.start, one.end, rank, one.label) for rank, one in enumerate(found)
    ):
        if merged and start < merged[-1].end:
            last = merged[-1]
            first_found = last.label if ranks[-1] < rank else label
            merged[-1] = Found(last.start, max(last.end, end), first_found)
            ranks[-1] = min(ranks[-1], rank)
        else:
            merged.append(Found(start, end, label))
            ranks.append(rank)
    return merged


def _apply_own(own: OwnDetector, text: str) -> str:
    """Run a detector of the user's. Whatever it raises, nothing of the text is kept that it did not look at."""
    try:
        stretches = sorted((int(start), int(end), str(label)) for start, end, label in own.find(text))
    except Exception:
        _log.exception("The detector %s failed, and a text was left out.", own.name)
        return FAILED
    parts: list[str] = []
    written = 0
    for start, end, label in stretches:
        if not 0 <= start < end <= len(text):
            continue
        if start >= written:
            parts += (text[written:start], f"[{label}]")
        written = max(written, end)
    return "".join((*parts, text[written:]))
