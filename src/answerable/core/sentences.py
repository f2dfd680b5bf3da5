"""Cutting text into sentences, offsets kept: prose, Markdown, German, and scripts without spaces.

What is no sentence (a heading, a table row, a code block) comes out as a span of its own kind, so that a caller can
leave it out. List bullets, heading signs, quote signs and rules are outside every span.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from answerable.core.abbreviations import is_abbreviation

Kind = Literal["prose", "item", "heading", "table", "code"]

_MARKER = r"(?:\[\^?\d{1,3}(?:\s*[,;–-]\s*\^?\d{1,3}){0,9}\]|【\d{1,3}[^】\n]{0,20}】)"
_MARKERS = re.compile(rf"[ \t]*{_MARKER}")
_TRAILING_MARKERS = re.compile(rf"(?:[ \t]*{_MARKER})+(?:[ \t]*[.!?。](?=\s|$))?")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_ITEM = re.compile(r"[ \t]*(?:[-*+•‣–]|\(?\d{1,3}[.)]|\(?[a-z]\))[ \t]+(?=\S)")
_HEADING = re.compile(r"[ \t]{0,3}#{1,6}[ \t]+")
_QUOTE = re.compile(r"[ \t]*>[ \t]?")
_TABLE_ROW = re.compile(r"[ \t]*\|")
_RULE = re.compile(r"[ \t]*[|:+=*_-][-|:+=*_\s]*$")
_STOP = re.compile(
    r"(?P<wide>[。！？｡]+[」』”’）】\"']*)"
    r"|(?P<plain>(?:\.{1,3}|…|[!?؟।]+)[\"'”’»)\]*_]*)(?=\s|$|\[\^?\d|【)"
)
_OPENING = "\"'“‘„«‹([{*_¿¡-–— \t\r\n"
_CELLS = 2
"""Inner cell borders that make a line without outer ones a table row."""
_SHORT_LINE = 0.6
"""A line under this share of its paragraph's longest one was not wrapped there: it ends on purpose."""


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of a text, without white space at its ends."""

    start: int
    end: int
    kind: Kind = "prose"


def split_sentences(text: str, language: str = "en") -> list[Span]:
    """Return the sentences of `text`, in order, never overlapping; a code block with its fences is one span.

    A citation marker or footnote number behind the full stop, as in `so it is. [2]`, belongs to the sentence before.
    """
    found = []
    for start, end, kind in _blocks(text):
        parts = (
            [(start, end)] if kind in {"code", "heading", "table"} else _sentences(text, start, end, language)
        )
        for low, high in parts:
            low, high = _trim(text, low, high)  # noqa: PLW2901
            if low < high:
                found.append(Span(low, high, kind))
    return found


def _blocks(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Yield (start, end, kind) of the paragraphs, items, headings, table rows and code blocks."""
    lines: list[tuple[int, int]] = []
    kind: Kind = "prose"
    fence: tuple[int, str] | None = None
    position = 0
    for line in text.splitlines(keepends=True):
        begin, position = position, position + len(line)
        if fence is not None:
            if line.strip().startswith(fence[1]):
                yield fence[0], position, "code"
                fence = None
            continue
        opened = _FENCE.match(line)
        line_kind, offset = _classify(line)
        if opened or line_kind != "prose" or offset is None:
            yield from _paragraphs(text, lines, kind)
            lines, kind = [], "prose"
        if opened:
            fence = (begin, opened.group(1))
        elif offset is not None and line_kind in {"heading", "table"}:
            yield begin + offset, position, line_kind
        elif offset is not None:
            kind = line_kind if not lines else kind
            lines.append((begin + offset, position))
    yield from _paragraphs(text, lines, kind)
    if fence is not None:
        yield fence[0], len(text), "code"


def _classify(line: str) -> tuple[Kind, int | None]:
    """Return the kind of a line outside code and where its words begin; None when it has none (blank, rule)."""
    if not line.strip() or _RULE.match(line):
        return "prose", None
    quote = _QUOTE.match(line)
    offset = quote.end() if quote else 0
    for kind, pattern in (("heading", _HEADING), ("item", _ITEM)):
        if sign := pattern.match(line, offset):
            return kind, sign.end()  # type: ignore[return-value]
    is_row = _TABLE_ROW.match(line) or line.count(" | ") >= _CELLS
    return ("table" if is_row else "prose"), offset


def _paragraphs(text: str, lines: list[tuple[int, int]], kind: Kind) -> Iterator[tuple[int, int, Kind]]:
    """Yield the paragraph of these lines, cut behind each line that ends on purpose."""
    if not lines:
        return
    longest = max(end - start for start, end in lines)
    first = lines[0][0]
    for (start, end), (following, _) in zip(lines, lines[1:], strict=False):
        line = text[start:end].rstrip()
        begins_anew = text[following : following + 1].isupper()
        on_purpose = len(line) < _SHORT_LINE * longest and begins_anew and line[-1:] not in ",;–-"
        if on_purpose or line.endswith(":"):
            yield first, end, kind
            first = following
    yield first, lines[-1][1], kind


def _sentences(text: str, start: int, end: int, language: str) -> Iterator[tuple[int, int]]:
    low = at = start
    while leading := _MARKERS.match(text, at, end):
        at = leading.end()
    while stop := _STOP.search(text, at, end):
        at = stop.end()
        if stop.lastgroup == "plain" and not _ends(text, low, stop, end, language):
            continue
        trailing = _TRAILING_MARKERS.match(text, at, end)
        at = trailing.end() if trailing else at
        yield low, at
        low = at
    yield low, end


def _ends(text: str, low: int, stop: re.Match[str], end: int, language: str) -> bool:
    """Whether the full stop found ends a sentence, and is not part of an abbreviation, an initial or an ordinal."""
    following = _MARKERS.sub("", text[stop.end() : min(end, stop.end() + 80)]).lstrip(_OPENING)
    if following[:1].islower():
        return False
    if not stop.group().startswith(".") or stop.group().startswith(".."):
        return True
    return not is_abbreviation(text[max(low, stop.start() - 40) : stop.start()], following, language)


def _trim(text: str, low: int, high: int) -> tuple[int, int]:
    while low < high and text[low].isspace():
        low += 1
    while high > low and text[high - 1].isspace():
        high -= 1
    return low, high
