"""The structure of text without markup: paragraphs, lines, pages; and of tables written as text."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.knowledge.chunking.structure import Rank, Structure, Table


def scan_plain(text: str, page_starts: Sequence[int] = ()) -> Structure:
    """Return the structure of plain text: a blank line ends a paragraph, a page is a good place for a cut."""
    structure = Structure()
    offset, blank = 0, True
    for line in text.split("\n"):
        if not line or line.isspace():
            blank = True
        else:
            structure.allow(offset, Rank.BLOCK if blank else Rank.LINE)
            blank = False
        offset += len(line) + 1
    for start in page_starts:
        structure.allow(start, Rank.PAGE)
    return structure


def scan_table(text: str) -> Structure:
    """Return the structure of CSV or TSV: the first row names the columns; a row may hold line ends in
    quotes.
    """
    structure = Structure()
    offset, quoted, body = 0, False, 0
    for line in text.split("\n"):
        if not quoted and line.strip():
            structure.allow(offset, Rank.ROW)
        quoted ^= line.count('"') % 2 == 1
        offset += len(line) + 1
        if not body and not quoted:
            body = min(offset, len(text))
    structure.tables.append(Table(0, body, len(text), text[:body].rstrip()))
    return structure
