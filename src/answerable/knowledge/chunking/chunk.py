"""Cut a document into passages."""

from __future__ import annotations

import re
from bisect import bisect_right

from answerable.knowledge.chunking.cutting import Cutter, Span
from answerable.knowledge.chunking.headers import make_header
from answerable.knowledge.chunking.markdown import scan_markdown
from answerable.knowledge.chunking.plain import scan_plain, scan_table
from answerable.knowledge.chunking.sections import find_sections
from answerable.knowledge.chunking.structure import Structure
from answerable.knowledge.chunking.tokens import TokenCounter
from answerable.knowledge.parsing import media_types as kinds
from answerable.knowledge.types import Chunk, ChunkerSettings, ParsedDocument

MIN_TOKENS = 64
"""The least `max_tokens` that makes sense: below it a header and one long word do not fit."""

_PLAIN = frozenset({kinds.PLAIN, kinds.PDF, kinds.JSON, kinds.JSONL})
_TABLES = frozenset({kinds.CSV, kinds.TSV})
_WORD = re.compile(r"\w")


def chunk_document(document: ParsedDocument, settings: ChunkerSettings, counter: TokenCounter) -> list[Chunk]:
    """Return the passages of a document in order.

    Each is an exact stretch of the text (`document.text[start:end] == chunk.text`), holds a word, and has
    with its header at most `settings.max_tokens` tokens (`Chunk.tokens` counts both). Every word of the text
    is in one, but for front matter.
    """
    text = document.text
    largest = max(settings.max_tokens, MIN_TOKENS)
    header_room = largest // 4
    structure = _scan(document)
    tokens = counter.measure(text)
    cutter = Cutter(text, structure, tokens, overlap=min(settings.overlap, largest // 3))
    chunks: list[Chunk] = []
    for section in find_sections(text, structure, tokens, room=largest - header_room):
        header = make_header(document.title, section.path, counter, room=header_room)
        # The first passage shows its own heading in its text, so its header need not repeat it.
        first_header = make_header(document.title, section.above, counter, room=header_room)
        room = largest - max(counter.count(header), counter.count(first_header))
        for span in cutter.cut(section.start, section.end, room=room, header_room=room // 3):
            start, end = _trim(text, span)
            if not _WORD.search(text, start, end):
                continue
            shown = first_header if span.start == section.start else header
            if span.columns:
                columns = " ".join(span.columns.split())
                shown = f"{shown}\n{columns}" if shown else columns
            chunks.append(
                Chunk(
                    text=text[start:end],
                    header=shown,
                    heading_path=section.path,
                    page=_find_page(document.page_starts, start),
                    start=start,
                    end=end,
                    tokens=counter.count(shown) + tokens.count(start, end),
                )
            )
    return chunks


def _scan(document: ParsedDocument) -> Structure:
    if document.media_type in _TABLES:
        return scan_table(document.text)
    if document.media_type in _PLAIN:
        return scan_plain(document.text, document.page_starts)
    return scan_markdown(document.text)


def _trim(text: str, span: Span) -> tuple[int, int]:
    """Return the span without space around it."""
    piece = text[span.start : span.end]
    left = len(piece) - len(piece.lstrip())
    return span.start + left, max(span.start + left, span.start + len(piece.rstrip()))


def _find_page(page_starts: tuple[int, ...], start: int) -> int | None:
    """Return the number of the page, from 1, on which an offset lies; None for a document without pages."""
    return bisect_right(page_starts, start) or 1 if page_starts else None
