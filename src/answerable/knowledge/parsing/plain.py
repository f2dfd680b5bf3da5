"""Plain text and tables of text (CSV, TSV): the text stays as it is."""

from __future__ import annotations

from answerable.knowledge.parsing.decoding import decode
from answerable.knowledge.parsing.types import Extracted


def parse_plain(data: bytes, _name: str) -> Extracted:
    """Read text of any kind. Raises ParseFailed for what is no text."""
    return Extracted(text=decode(data))
