"""The structure of Markdown, found line by line.

A full CommonMark parser is ten times slower and builds a tree that nobody needs here: a cut wants to know
only where blocks, items, rows and headings begin. What is read: ATX and setext headings, fenced code (also
inside lists), GitHub tables, list items, block quotes by their blank lines, front matter, HTML comments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from answerable.knowledge.chunking.structure import Heading, Rank, Structure, Table
from answerable.knowledge.parsing.markdown import FRONT_MATTER, strip_markup

_FENCE = re.compile(r"\s*(?:[-*+]\s+|\d+[.)]\s+|>\s*)*(`{3,}(?=[^`]*$)|~{3,})")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?$")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])[ \t]")
_DELIMITER_ROW = re.compile(r"\s*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_SPECIAL = frozenset("#=-`~*+|>0123456789: \t")


@dataclass(slots=True)
class _Scan:
    """The state between two lines."""

    structure: Structure
    fence: str = ""
    fence_start: int = 0
    table: tuple[int, int, str] | None = None
    blank: bool = True
    after_heading: bool = False
    previous: tuple[int, str, bool] = field(default=(0, "", True))


def scan_markdown(text: str) -> Structure:
    """Return the structure of a Markdown text."""
    scan = _Scan(Structure())
    front = FRONT_MATTER.match(text)
    offset = front.end() if front else 0
    scan.structure.skipped = offset
    for line in text[offset:].split("\n"):
        _scan_line(scan, line, offset)
        offset += len(line) + 1
    _end_table(scan, len(text))
    if scan.fence:
        scan.structure.fences.append((scan.fence_start, len(text)))
    return scan.structure


def _scan_line(scan: _Scan, line: str, offset: int) -> None:
    if scan.fence:
        _scan_code(scan, line, offset)
        return
    if not line.strip("> \t"):
        _end_table(scan, offset)
        scan.blank = True
        return
    structure = scan.structure
    if not scan.after_heading:
        leads_in = scan.previous[1].endswith(":")
        structure.allow(offset, (Rank.AFTER_COLON if leads_in else Rank.BLOCK) if scan.blank else Rank.LINE)
    special = line[0] in _SPECIAL or "|" in line
    scan.after_heading = False
    if not (special and _scan_special(scan, line, offset)):
        _end_table(scan, offset)
    scan.previous = (offset, line, scan.blank)
    scan.blank = False


def _scan_special(scan: _Scan, line: str, offset: int) -> bool:
    """Note a line that begins or continues something other than a paragraph; tell whether a table goes on."""
    structure = scan.structure
    fence = _FENCE.match(line)
    if fence is not None:
        scan.fence, scan.fence_start = fence[1], offset
        if not scan.blank:
            structure.allow(offset, Rank.AFTER_COLON)
        return False
    heading = _ATX.match(line)
    if heading is not None:
        structure.headings.append(Heading(offset, len(heading[1]), strip_markup(heading[2] or "")))
        scan.after_heading = True
        return False
    if scan.table is not None or line.lstrip()[0] == "=" or _DELIMITER_ROW.match(line):
        return _scan_row(scan, line, offset)
    if _ITEM.match(line) and not scan.previous[1].endswith(":"):
        structure.allow(offset, Rank.ITEM)
    return False


def _scan_row(scan: _Scan, line: str, offset: int) -> bool:
    """Note a table row, the row of dashes that makes the line above a table's header, or a setext underline."""
    start, above, alone = scan.previous
    if scan.table is not None:
        if "|" not in line:
            return False
        if offset == scan.table[1]:
            return True  # the first row stays with the column names
        scan.structure.allow(offset, Rank.ROW)
        return True
    if scan.blank:
        return False
    if "|" in line and "|" in above:
        scan.table = (start, offset + len(line) + 1, above)
        scan.structure.allow(start, Rank.ITEM)
        scan.structure.cuts.pop(offset, None)
        return True
    underline = _SETEXT.match(line)
    if underline and alone and not _ITEM.match(above) and not _is_heading(scan, start):
        level = 1 if "=" in line else 2
        scan.structure.headings.append(Heading(start, level, strip_markup(above)))
        scan.structure.cuts.pop(offset, None)
        scan.after_heading = True
    return False


def _is_heading(scan: _Scan, offset: int) -> bool:
    headings = scan.structure.headings
    return bool(headings) and headings[-1].start == offset


def _scan_code(scan: _Scan, line: str, offset: int) -> None:
    """Note a line inside a fence; the fence ends at a line of the same marks, at least as many."""
    structure = scan.structure
    marks = line.strip().lstrip("> ")
    if marks.startswith(scan.fence) and not marks.strip(scan.fence[0]):
        structure.fences.append((scan.fence_start, offset + len(line)))
        scan.fence = ""
        scan.previous = (offset, "", True)
        scan.blank = True
        return
    if not line or line.isspace():
        scan.blank = True
        return
    structure.allow(offset, Rank.ROW if scan.blank else Rank.LINE)
    scan.blank = False


def _end_table(scan: _Scan, offset: int) -> None:
    if scan.table is None:
        return
    start, body, columns = scan.table
    scan.structure.tables.append(Table(start, body, offset, columns))
    scan.table = None
