"""Cutting an answer (or a passage) into sentences, offsets kept, citation markers attached."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from answerable.answering.verification.abbreviations import is_abbreviation

_MARKER = r"(?:\[\^?\d{1,3}(?:\s*[,;–-]\s*\^?\d{1,3}){0,9}\]|【\d{1,3}[^】\n]{0,20}】)"
MARKER = re.compile(_MARKER)
_MARKED = re.compile(rf"{_MARKER}$")
_TRAILING_MARKERS = re.compile(rf"(?:[ \t]*{_MARKER})+(?:[ \t]*[.!?。](?=\s|$))?")
_INLINE_CODE = re.compile(r"`[^`\n]*`")
_FENCE = re.compile(r"[ \t]{0,3}(`{3,}|~{3,})")
_ITEM = re.compile(r"[ \t]*(?:[-*+•‣–]|\(?\d{1,3}[.)]|\(?[a-z]\))[ \t]+(?=\S)")
_HEADING = re.compile(r"[ \t]{0,3}#{1,6}[ \t]+")
_QUOTE = re.compile(r"[ \t]*>[ \t]?")
_TABLE_RULE = re.compile(r"[ \t]*[|:+=-][-|:+=\s]*$")
_TABLE_ROW = re.compile(r"[ \t]*\|")
_STOP = re.compile(
    r"(?P<wide>[。！？｡]+[」』”’）】\"']*)"
    r"|(?P<plain>(?:\.{1,3}|…|[!?؟।]+)[\"'”’»)\]*_]*)(?=\s|$|\[\^?\d|【)"
)
Kind = Literal["prose", "heading", "code"]
_OPENING = "\"'“‘„«‹([{*_¿¡-–— "


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
    """Return the sentences of `text`, in order, never overlapping.

    Headings, list items, table rows and fenced code blocks stand for themselves; list bullets, heading signs and
    table rules are outside every sentence. A fenced code block is one sentence without markers.
    """
    found: list[Sentence] = []
    for start, end, kind in _blocks(text):
        spans = [(start, end)] if kind == "code" else _spans(text, start, end, language)
        for low, high in spans:
            trimmed = _trim(text, low, high)
            if trimmed is not None:
                markers = () if kind == "code" else markers_of(text[slice(*trimmed)])
                found.append(Sentence(text[slice(*trimmed)], *trimmed, markers, kind))
    return found


def markers_of(sentence: str) -> tuple[int, ...]:
    """Return the passage numbers that the markers of `sentence` name, in order, each once; ranges are spelled out."""
    prose = _INLINE_CODE.sub(lambda code: " " * len(code.group()), sentence)
    numbers: dict[int, None] = {}
    for marker in MARKER.finditer(prose):
        for number in _numbers(marker.group()):
            numbers[number] = None
    return tuple(numbers)


def without_markers(sentence: str) -> str:
    """Return `sentence` with each marker replaced by as many spaces, so that offsets stay."""
    return MARKER.sub(lambda marker: " " * len(marker.group()), sentence)


def _numbers(marker: str) -> Iterator[int]:
    if marker.startswith("【"):
        marker = marker.partition("†")[0]
    for low, high in re.findall(r"(\d+)(?:\s*[–-]\s*\^?(\d+))?", marker):
        first, last = int(low), int(high or low)
        yield from range(first, min(last, first + 50) + 1)


def _blocks(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Yield (start, end, kind) of paragraphs, headings, items, table rows and fenced blocks."""
    open_at: int | None = None
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
        starts = _content_offset(line)
        if opened or not line.strip() or starts is None or starts > 0 or _TABLE_ROW.match(line):
            if open_at is not None:
                yield open_at, begin, "prose"
            open_at = None
        if opened:
            fence = (begin, opened.group(1))
        elif line.strip() and starts is not None:
            if _HEADING.match(line) or _TABLE_ROW.match(line):
                yield begin + starts, position, "heading" if _HEADING.match(line) else "prose"
            elif open_at is None:
                open_at = begin + starts
    if fence is not None:
        yield fence[0], len(text), "code"
    elif open_at is not None:
        yield open_at, len(text), "prose"


def _content_offset(line: str) -> int | None:
    """Return where the words of a line begin behind its list or heading sign, None for a mere rule."""
    if _TABLE_RULE.match(line.rstrip("\r\n")):
        return None
    offset = 0
    quote = _QUOTE.match(line)
    if quote:
        offset = quote.end()
    sign = _HEADING.match(line, offset) or _ITEM.match(line, offset)
    return sign.end() if sign else offset


def _spans(text: str, start: int, end: int, language: str) -> Iterator[tuple[int, int]]:
    low = start
    leading = re.compile(rf"\s*(?:{_MARKER}[ \t]*)+").match(text, low, end)
    at = leading.end() if leading else low
    while stop := _STOP.search(text, at, end):
        at = stop.end()
        if stop.lastgroup == "plain" and not _ends(text, low, stop, end, language):
            continue
        trailing = _TRAILING_MARKERS.match(text, at, end)
        if trailing:
            at = trailing.end()
        yield low, at
        low = at
    yield low, end


def _ends(text: str, low: int, stop: re.Match[str], end: int, language: str) -> bool:
    """Whether the full stop found ends a sentence, and is not part of an abbreviation, an initial or an ordinal."""
    if MARKER.match(text, stop.end()) or _MARKED.search(text, max(low, stop.start() - 20), stop.start()):
        return True
    following = MARKER.sub("", text[stop.end() : min(end, stop.end() + 80)]).lstrip(_OPENING + "\t\r\n")
    if following and following[0].islower():
        return False
    if not stop.group().startswith(".") or stop.group().startswith(".."):
        return True
    return not is_abbreviation(text[max(low, stop.start() - 40) : stop.start()], following, language)


def _trim(text: str, low: int, high: int) -> tuple[int, int] | None:
    while low < high and text[low].isspace():
        low += 1
    while high > low and text[high - 1].isspace():
        high -= 1
    return (low, high) if low < high else None
