"""The sentences of an answer (or a passage) with the citation markers that each carries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from answerable.core import sentences as core
from answerable.core.sentences import MARKER, Kind

_INLINE_CODE = re.compile(r"`[^`\n]*`")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence; `text == whole[start:end]`. `markers` are the numbers of the passages that it cites, in order.

    Markers that stand after the full stop belong to the sentence before them and are inside its span.
    """

    text: str
    start: int
    end: int
    markers: tuple[int, ...] = ()
    kind: Kind = "prose"


def split_sentences(text: str, language: str = "en") -> list[Sentence]:
    """Return the sentences of `text` as `core.sentences` cuts them, never overlapping; code carries no markers."""
    found = []
    for span in core.split_sentences(text, language):
        piece = text[span.start : span.end]
        markers = () if span.kind == "code" else markers_of(piece)
        found.append(Sentence(piece, span.start, span.end, markers, span.kind))
    return found


def markers_of(sentence: str) -> tuple[int, ...]:
    """Return the passage numbers that the markers of `sentence` name, in order, each once; ranges are spelled out."""
    numbers = {number: None for marker in _find_markers(sentence) for number in _numbers(marker.group())}
    return tuple(numbers)


def without_markers(sentence: str) -> str:
    """Return `sentence` with each marker replaced by as many spaces, so that offsets stay."""
    for marker in _find_markers(sentence):
        sentence = sentence[: marker.start()] + " " * len(marker.group()) + sentence[marker.end() :]
    return sentence


def folded(sentence: str) -> str:
    """Return what `sentence` says on one line: without markers, white space folded to single spaces."""
    parts, end = [], 0
    for marker in _find_markers(sentence):
        parts.append(sentence[end : marker.start()].rstrip())
        end = marker.end()
    return " ".join("".join([*parts, sentence[end:]]).split())


def _find_markers(sentence: str) -> list[re.Match[str]]:
    """Return the markers of `sentence`; `a[1]` as inline code is none."""
    prose = _INLINE_CODE.sub(lambda code: " " * len(code.group()), sentence)
    return list(MARKER.finditer(prose))


def _numbers(marker: str) -> Iterator[int]:
    if marker.startswith("【"):
        marker = marker.partition("†")[0]
    for low, high in re.findall(r"(\d+)(?:\s*[–-]\s*\^?(\d+))?", marker):
        first, last = int(low), int(high or low)
        yield from range(first, min(last, first + 50) + 1)
