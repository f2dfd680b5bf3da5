"""From bytes to text, and the cleaning that every text gets."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from answerable.knowledge.parsing.media_types import find_unicode, looks_like_text
from answerable.knowledge.parsing.types import ParseFailed

_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufeff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


def decode(data: bytes, *, encoding: str | None = None) -> str:
    """Return the text of a file: by its byte order mark, as UTF-8, as `encoding` if one is declared, as
    Windows-1252.

    UTF-16 is also known without a mark, by its zero bytes. Line ends become `\\n`, so that an offset means
    the same for a file of either kind. Raises ParseFailed for what is no text.
    """
    known = find_unicode(data)
    if known is None and not looks_like_text(data[:65536]):
        raise ParseFailed("The file is not text.", hint="Check its name, or export it in a supported format.")
    for name in (known,) if known else ("utf-8", encoding):
        try:
            return clean(data.decode(name or "cp1252"))
        except (UnicodeDecodeError, LookupError):
            continue
    # Windows-1252 reads any byte but five; those become the replacement character.
    return clean(data.decode(known or "cp1252", errors="replace"))


def clean(text: str) -> str:
    """Remove what PostgreSQL, the tokenizer or a reader cannot take: NUL, control characters, lone
    surrogates.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isprintable() and _CONTROLS.search(text):
        text = _CONTROLS.sub("", text)
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def clean_value(value: object) -> Any:
    """Return a value of metadata as JSON and PostgreSQL can hold it: clean strings, finite numbers, string
    keys.
    """
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(key)): clean_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [clean_value(inner) for inner in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, int):
        return value
    return value.isoformat() if isinstance(value, date) else clean(str(value))
