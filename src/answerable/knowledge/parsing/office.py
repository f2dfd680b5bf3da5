"""Office formats, e-mail, pictures and the like as Markdown, by kreuzberg."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import kreuzberg
from kreuzberg import ConcurrencyConfig, ExtractionConfig, ExtractionResult, OcrConfig

from answerable.knowledge.parsing.decoding import clean, clean_value
from answerable.knowledge.parsing.markdown import find_heading
from answerable.knowledge.parsing.media_types import XLS, XLSX
from answerable.knowledge.parsing.types import Extracted, ParseFailed

_KEPT_METADATA = ("authors", "subject", "keywords", "created_at", "modified_at", "from_email", "to_emails")
_NO_TITLES = frozenset(
    {"untitled", "untitled document", "untitled spreadsheet", "presentation", "powerpoint presentation",
     "slide 1", "document", "(anonymous)", "anonymous"}
)  # fmt: skip
"""What programs write as the title of a document that has none."""

_NO_VALUES = frozenset(
    {"(anonymous)", "anonymous", "(unspecified)", "unspecified", "python-docx", "python-pptx"}
)
_ESCAPED = re.compile(r"\\([!<>&~.\-+(){}\[\]=$^%:;,'\"@/?])")
_DATA_ADDRESS = re.compile(r"<?data:[a-z0-9.+-]+/[a-z0-9.+-]+;base64,[A-Za-z0-9+/=\s]*>?")
_SHEETS = frozenset({XLS, XLSX})
"""Their headings are names of sheets: the file name says more."""

_PASSWORD = re.compile(r"(?i)password|encrypt")


def convert(data: bytes, media_type: str, *, ocr: bool = False) -> Extracted:
    """Return a document as Markdown. Raises ParseFailed when it is broken or encrypted."""
    result = extract(data, media_type, base_config(output_format="markdown", ocr=ocr))
    title, metadata = read_metadata(result.metadata)
    text = clean(_ESCAPED.sub(r"\1", _DATA_ADDRESS.sub("", result.content)))
    if not title and media_type not in _SHEETS:
        title = find_heading(text)
    return Extracted(text=text, title=title, metadata=metadata)


def extract(data: bytes, media_type: str, config: ExtractionConfig) -> ExtractionResult:
    """Call kreuzberg. Raises ParseFailed with the reason in plain words."""
    try:
        return kreuzberg.extract_bytes_sync(data, media_type, config)
    except (kreuzberg.KreuzbergError, RuntimeError, ValueError) as error:
        raise _explain(error) from error


def base_config(*, output_format: str, ocr: bool, **more: Any) -> ExtractionConfig:
    """Return what all calls share: no cache on disk, and one thread, since sources are parsed in many
    processes.
    """
    return ExtractionConfig(
        use_cache=False,
        enable_quality_processing=False,
        output_format=output_format,
        concurrency=ConcurrencyConfig(max_threads=1),
        ocr=OcrConfig(backend="tesseract") if ocr else None,
        **more,
    )


@lru_cache(maxsize=1)
def has_tesseract() -> bool:
    """Tell whether pictures can be read on this machine."""
    return shutil.which("tesseract") is not None


def read_metadata(found: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the title and what else is worth keeping, without what programs fill in by themselves."""
    kept: dict[str, Any] = {}
    for key in _KEPT_METADATA:
        value = clean_value(found.get(key))
        if isinstance(value, list):
            value = [one for one in value if one and str(one).lower() not in _NO_VALUES]
        if value and str(value).lower() not in _NO_VALUES:
            kept[key] = value
    title = clean(str(found.get("title") or "")).strip() or str(kept.get("subject", ""))
    return ("" if title.lower() in _NO_TITLES else title), kept


def _explain(error: Exception) -> ParseFailed:
    if _PASSWORD.search(str(error)):
        return ParseFailed("The document is protected by a password.", hint="Save it without one.")
    return ParseFailed(
        "The document is broken, or not of its type.",
        hint="Open it in its program, and save or export it again.",
    )
