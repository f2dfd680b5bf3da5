"""PDF, page by page.

The pages come out as plain text: the headings that can be guessed from font sizes are wrong too often to be
shown as the heading path of a citation. Pages without text are read with tesseract where it is installed;
that takes two to six seconds a page.
"""

from __future__ import annotations

import re

from kreuzberg import PageConfig

from answerable.knowledge.parsing.decoding import clean
from answerable.knowledge.parsing.media_types import PDF
from answerable.knowledge.parsing.office import base_config, extract, has_tesseract, read_metadata
from answerable.knowledge.parsing.types import Extracted

_MARKER = "\n\n<<answerable-page-{page_num}>>\n\n"
_MARKED = re.compile(r"<<answerable-page-(\d+)>>")
_SOFT_HYPHEN = re.compile(r"[\x02\xad]\s*")
"""How pdfium writes the hyphen of a word that the end of a line divides."""

_MAX_OCR_PAGES = 100


def parse_pdf(data: bytes, *, ocr: bool) -> Extracted:
    """Read a PDF. Raises ParseFailed when it is broken or protected by a password."""
    result = extract(
        data, PDF, base_config(output_format="plain", ocr=False, pages=PageConfig(extract_pages=True))
    )
    pages = [page["content"] for page in result.pages or ()] or [result.content]
    blank = [number for number, page in enumerate(pages, start=1) if not page.strip()]
    if blank and ocr and has_tesseract() and len(blank) <= _MAX_OCR_PAGES:
        for number, page in _read_pictures(data, blank).items():
            pages[number - 1] = page
    text, starts = _join(pages)
    title, metadata = read_metadata(result.metadata)
    return Extracted(text=text, title=title, metadata=metadata, page_starts=starts)


def _read_pictures(data: bytes, numbers: list[int]) -> dict[int, str]:
    """Return what tesseract reads on the pages of these numbers."""
    markers = PageConfig(extract_pages=True, insert_page_markers=True, marker_format=_MARKER)
    config = base_config(output_format="plain", ocr=True, pages=markers, force_ocr_pages=numbers)
    parts = _MARKED.split(extract(data, PDF, config).content)
    found = {int(number): page for number, page in zip(parts[1::2], parts[2::2], strict=True)}
    return {number: found[number] for number in numbers if number in found}


def _join(pages: list[str]) -> tuple[str, tuple[int, ...]]:
    """Return the text of all pages, and where each begins in it."""
    cleaned = [clean(_SOFT_HYPHEN.sub("", page)).strip() for page in pages]
    starts, position = [], 0
    for page in cleaned:
        starts.append(position)
        position += len(page) + 2
    return "\n\n".join(cleaned), tuple(starts)
