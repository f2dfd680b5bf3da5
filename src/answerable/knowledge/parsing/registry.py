"""Which parser reads which media type. A new format is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from answerable.knowledge.parsing import media_types as kinds
from answerable.knowledge.parsing.html import parse_html
from answerable.knowledge.parsing.markdown import parse_markdown
from answerable.knowledge.parsing.notebook import parse_notebook
from answerable.knowledge.parsing.plain import parse_plain
from answerable.knowledge.parsing.structured import parse_json
from answerable.knowledge.parsing.types import Extracted

Parser = Callable[[bytes, str], Extracted]
"""Takes the bytes and the name of a source. Raises ParseFailed."""

PARSERS: Final[dict[str, Parser]] = {
    kinds.HTML: parse_html,
    kinds.MARKDOWN: parse_markdown,
    kinds.PLAIN: parse_plain,
    kinds.CSV: parse_plain,
    kinds.TSV: parse_plain,
    kinds.JSON: parse_json,
    kinds.NOTEBOOK: parse_notebook,
}
"""Everything else is PDF, or goes to kreuzberg as it is."""
