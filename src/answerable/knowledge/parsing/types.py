"""The values of parsing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from answerable.core.errors import InvalidInput

MEBIBYTE = 1 << 20


class ParseFailed(InvalidInput):
    """A source that holds no document that can be read. `detail` names the reason, `hint` what to do."""

    code = "parse_failed"


@dataclass(frozen=True, slots=True)
class ParseLimits:
    """Bounds of one source. What is over one is refused, never cut.

    JSONL files are streamed: for them the bounds hold per line, and the file may be of any size. Memory of a
    parse is some five times `max_bytes` at worst (bytes, decoded text, extracted text).
    """

    max_bytes: int = 64 * MEBIBYTE
    max_characters: int = 20_000_000
    max_line_bytes: int = 16 * MEBIBYTE
    max_problems: int = 100
    ocr: bool = True
    """Read pictures and scanned pages with tesseract, where it is installed."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What one parser finds in one source. Empty `title` means that the source names none."""

    text: str
    title: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    page_starts: tuple[int, ...] = ()
    groups: frozenset[str] | None = None
    language: str | None = None
