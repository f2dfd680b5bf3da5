"""Cutting text into sentences, offsets kept: prose, Markdown, German, and scripts without spaces.

What is no sentence (a heading, a table row, a code block) comes out as a span of its own kind, so that a caller can
leave it out. List bullets, heading signs, quote signs and rules are outside every span.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from answerable.core.abbreviations import is_abbreviation, may_be_abbreviation

Kind = Literal["prose", "item", "heading", "table", "code"]

_MARKER = r"(?:\[\^?[1-9]\d{0,2}(?:\s*[,;–-]\s*\^?[1-9]\d{0,2}){0,9}\]|【[1-9]\d{0,2}[^】\n]{0,20}】)"
MARKER = re.compile(_MARKER)
"""A citation or a footnote in an answer or a passage: `[1]`, `[1, 3-5]`, `[^2]`, `【2】`."""
_MARKERS = re.compile(rf"[ \t]*{_MARKER}")
_MARKED = re.compile(rf"{_MARKER}$")
_LINE_ENDED = re.compile(rf"(?:[:：][*_]*|{_MARKER}[.!?。]?)$")
"""What closes a line on purpose, beside a full stop: what leads in, and a citation."""
_TRAILING_MARKERS = re.compile(rf"(?:[ \t]*{_MARKER})+(?:[ \t]*[.!?。](?=\s|$))?")
_FENCE = re.compile(r"[ \t]*(`{3,}(?![^\n]*`)|~{3,})")
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
_REACH = 80
"""Characters on either side of a full stop that are looked at."""
_MARKER_REACH = 30
"""Characters of the longest marker that is looked for right before a full stop."""
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
        if on_purpose or _LINE_ENDED.search(line):
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
    if _MARKED.search(text, max(low, stop.start() - _MARKER_REACH), stop.start()):
        return True
    behind = text[stop.end() : min(end, stop.end() + _REACH)]
    following = _MARKERS.sub("", behind).lstrip(_OPENING)
    before = text[max(low, stop.start() - _REACH) : stop.start()]
    if following[:1].islower():
        return _ends_before_small_letter(stop.group(), behind) and not may_be_abbreviation(before)
    if behind.startswith(("[", "【")) or not stop.group().startswith(".") or stop.group().startswith(".."):
        return True
    return not is_abbreviation(before, following, language)


def _ends_before_small_letter(stop: str, behind: str) -> bool:
    """Whether a sentence may begin with a small letter here: behind a marker, or on a new line (`npm builds it.`)."""
    gap = behind[: len(behind) - len(behind.lstrip())]
    return bool(_MARKERS.match(behind)) or ("\n" in gap and stop in {".", "!", "?"})


def _trim(text: str, low: int, high: int) -> tuple[int, int]:
    while low < high and text[low].isspace():
        low += 1
    while high > low and text[high - 1].isspace():
        high -= 1
    return low, high
