"""The blocks of a text in light Markdown, as ranges of its characters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["paragraph", "heading", "item", "quote", "code", "table", "rule"]

_FENCE = re.compile(r"\s{0,3}(```+|~~~+)")
_HEADING = re.compile(r"(#{1,6})\s+")
_ITEM = re.compile(r"(\s*)([-*+•]|\d{1,4}[.)])\s+")
_QUOTE = re.compile(r">\s?")
_TABLE = re.compile(r"\s*\|.*\|\s*$")
_DELIMITER = re.compile(r"\s*:?-+:?\s*(\|\s*:?-+:?\s*)+$")
"""The line below the head of a table whose rows have no bar at their ends."""
_RULE = re.compile(r"\s{0,3}([-*_])(\s*\1){2,}\s*$")


@dataclass(frozen=True, slots=True)
class Block:
    """`start` and `end` bound its content, without what marks it as a block. `level` is of headings and items."""

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    bullet: str = ""


def split_blocks(text: str, start: int, end: int) -> Iterator[Block]:
    """Yield the blocks of `text[start:end]` in order."""
    lines = list(_split_lines(text, start, end))
    index = 0
    while index < len(lines):
        begin, stop = lines[index]
        line = text[begin:stop]
        if not line.strip():
            index += 1
        elif fence := _FENCE.match(line):
            index, block = _read_code(text, lines, index, fence[1])
            yield block
        elif (single := _read_line(line, begin, stop)) is not None:
            index += 1
            yield single
        else:
            kind: BlockKind = "table" if _begins_table(text, lines, index) else "paragraph"
            last = _last_line(text, lines, index, kind)
            yield Block(kind, begin, lines[last][1])
            index = last + 1


def _split_lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        newline = text.find("\n", start, end)
        stop = end if newline < 0 else newline
        yield start, stop
        start = stop + 1


def _read_line(line: str, begin: int, stop: int) -> Block | None:
    """Return the block that is this one line, None when it is the beginning of something longer."""
    if _RULE.match(line):
        return Block("rule", begin, begin)
    if heading := _HEADING.match(line):
        return Block("heading", begin + heading.end(), stop, level=len(heading[1]))
    if item := _ITEM.match(line):
        depth = min(len(item[1].expandtabs(4)) // 2, 4)
        bullet = item[2] if item[2][0].isdigit() else "•"
        return Block("item", begin + item.end(), stop, level=depth, bullet=bullet)
    if quote := _QUOTE.match(line):
        return Block("quote", begin + quote.end(), stop)
    return None


def _read_code(text: str, lines: list[tuple[int, int]], index: int, fence: str) -> tuple[int, Block]:
    """Return the index after a fenced block, and the block; an open fence goes to the end."""
    first = index + 1
    last = first
    while last < len(lines) and not text[slice(*lines[last])].strip().startswith(fence):
        last += 1
    if first == last:
        return last + 1, Block("code", lines[index][1], lines[index][1])
    return last + 1, Block("code", lines[first][0], lines[last - 1][1])


def _last_line(text: str, lines: list[tuple[int, int]], index: int, kind: BlockKind) -> int:
    """Return the index of the last line of the paragraph or table that begins at `index`."""
    last = index
    while last + 1 < len(lines):
        begin, stop = lines[last + 1]
        line = text[begin:stop]
        ends = not line.strip() or _FENCE.match(line) or _read_line(line, begin, stop) is not None
        goes_on = "|" in line if kind == "table" else not _begins_table(text, lines, last + 1)
        if ends or not goes_on:
            break
        last += 1
    return last


def _begins_table(text: str, lines: list[tuple[int, int]], index: int) -> bool:
    line = text[slice(*lines[index])]
    below = text[slice(*lines[index + 1])] if index + 1 < len(lines) else ""
    return bool(_TABLE.match(line) or ("|" in line and _DELIMITER.match(below)))
