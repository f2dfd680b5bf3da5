"""Which media type a source has: by its name, checked against its first bytes."""

from __future__ import annotations

import codecs
import re
from pathlib import PurePosixPath
from typing import Final

from answerable.knowledge.parsing.types import ParseFailed

MARKDOWN: Final = "text/markdown"
PLAIN: Final = "text/plain"
HTML: Final = "text/html"
JSON: Final = "application/json"
JSONL: Final = "application/x-ndjson"
NOTEBOOK: Final = "application/x-ipynb+json"
CSV: Final = "text/csv"
TSV: Final = "text/tab-separated-values"
PDF: Final = "application/pdf"
EML: Final = "message/rfc822"
MSG: Final = "application/vnd.ms-outlook"
RTF: Final = "application/rtf"
EPUB: Final = "application/epub+zip"
_OOXML = "application/vnd.openxmlformats-officedocument."
DOCX: Final = _OOXML + "wordprocessingml.document"
PPTX: Final = _OOXML + "presentationml.presentation"
XLSX: Final = _OOXML + "spreadsheetml.sheet"
DOC: Final = "application/msword"
PPT: Final = "application/vnd.ms-powerpoint"
XLS: Final = "application/vnd.ms-excel"
ODT: Final = "application/vnd.oasis.opendocument.text"
RST: Final = "text/x-rst"
ORG: Final = "text/x-org"
PNG, JPEG, TIFF, BMP, WEBP = "image/png", "image/jpeg", "image/tiff", "image/bmp", "image/webp"

SUFFIXES: Final = {
    **dict.fromkeys((".md", ".markdown", ".mdx", ".mkd", ".qmd"), MARKDOWN),
    **dict.fromkeys((".html", ".htm", ".xhtml"), HTML),
    **dict.fromkeys((".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz"), JSONL),
    **dict.fromkeys((".jpg", ".jpeg"), JPEG),
    **dict.fromkeys((".tif", ".tiff"), TIFF),
    **dict.fromkeys((".docx", ".docm"), DOCX),
    **dict.fromkeys((".pptx", ".pptm", ".ppsx"), PPTX),
    **dict.fromkeys((".xlsx", ".xlsm"), XLSX),
    ".bmp": BMP,
    ".csv": CSV,
    ".doc": DOC,
    ".eml": EML,
    ".epub": EPUB,
    ".ipynb": NOTEBOOK,
    ".json": JSON,
    ".msg": MSG,
    ".odt": ODT,
    ".org": ORG,
    ".pdf": PDF,
    ".png": PNG,
    ".ppt": PPT,
    ".rst": RST,
    ".rtf": RTF,
    ".tsv": TSV,
    ".webp": WEBP,
    ".xls": XLS,
}
"""A name without a known suffix is plain text if its bytes are text."""

PICTURED: Final = frozenset({PDF, PNG, JPEG, TIFF, BMP, WEBP, DOCX, PPTX, DOC, PPT, ODT, RTF})
"""Types whose text may be a picture of text."""

_ZIPPED = frozenset({DOCX, PPTX, XLSX, ODT, EPUB})
_COMPOUND = frozenset({DOC, PPT, XLS, MSG})

_SIGNATURES: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip container"),
    (b"PK\x05\x06", "a zip container"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"ID3", "a sound file"),
    (b"OggS", "a sound file"),
    (b"\x00asm", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
)

_EXPECTED: Final = {
    PDF: "a PDF",
    RTF: "an RTF document",
    PNG: "a PNG picture",
    JPEG: "a JPEG picture",
    TIFF: "a TIFF picture",
    **dict.fromkeys(_ZIPPED, "a zip container"),
    **dict.fromkeys(_COMPOUND, "an old Office file"),
}
"""What the first bytes of a type must show; a type that is not here is text (or BMP and WEBP, left to the
parser)."""

_MEMBER_NAMES: Final = (("word/", DOCX), ("ppt/", PPTX), ("xl/", XLSX))


def find_suffix(name: str) -> str:
    """Return the suffix that says the type, in lower case: `.jsonl.gz` for a pair, empty for none."""
    suffixes = PurePosixPath(name.lower()).suffixes
    return "".join(suffixes[-2:]) if suffixes[-1:] == [".gz"] else "".join(suffixes[-1:])


def find_media_type(name: str, declared: str | None) -> str | None:
    """Return the type that the name tells, else what the source declares; None when neither says anything.

    The name comes first: servers and mail programs declare `application/octet-stream` or `text/plain` for
    anything.
    """
    by_name = SUFFIXES.get(find_suffix(name))
    if by_name is not None:
        return by_name
    plain = (declared or "").partition(";")[0].strip().lower()
    return plain if plain in _KNOWN else None


def find_signature(head: bytes) -> str | None:
    """Say what the first bytes (at least 1 KiB of them, if there are) show; None for text and the unknown."""
    if b"%PDF-" in head[:1024]:
        return "a PDF"
    return next((what for start, what in _SIGNATURES if head.startswith(start)), None)


def resolve_media_type(name: str, declared: str | None, head: bytes) -> str:
    """Return the media type of a source, or raise ParseFailed when its bytes are not what its name says."""
    media_type = find_media_type(name, declared)
    shown = find_signature(head)
    if media_type is None:
        return _by_content(name, head, shown)
    expected = _EXPECTED.get(media_type)
    if media_type == JSONL or shown == expected:
        return media_type
    if shown is None and media_type in {BMP, WEBP}:
        return media_type
    if media_type in _OFFICE:
        inside = _find_office_type(head, shown)
        if inside is not None:
            return inside
    raise ParseFailed(
        f"The name says {_describe(media_type)}, the content is {shown or 'something else'}.",
        hint="Give the file the name that fits its content, or export it again.",
    )


def find_unicode(data: bytes) -> str | None:
    """Return the encoding that a byte order mark tells, or that the zero bytes of UTF-16 do; None for
    neither.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    sample = data[:1024]
    half = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if half >= 4 and max(even, odd) > half * 0.4 and min(even, odd) <= half * 0.02:
        return "utf-16-le" if odd > even else "utf-16-be"
    return None


def looks_like_text(head: bytes) -> bool:
    """Tell text from binary data: UTF-16 or UTF-32, or no zero and few control bytes."""
    if find_unicode(head) is not None:
        return True
    sample = head[:8192]
    controls = sum(sample.count(bytes([code])) for code in _CONTROLS)
    return controls <= len(sample) // 50 and sample.count(0) <= len(sample) // 200


_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = tuple(code for code in range(32) if code not in b"\t\n\r\x0b\x0c\x1b\x08")
_OFFICE = _COMPOUND | {DOCX, PPTX, XLSX, RTF}
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_HTML_HEAD = re.compile(rb"(?i)<(!doctype html|html|head|body|table)\b")
_KNOWN = frozenset({*SUFFIXES.values(), PLAIN})


def _find_office_type(head: bytes, shown: str | None) -> str | None:
    """Return the type of an Office file under the name of another, as programs that export it leave them."""
    if shown == "a zip container":
        return next((kind for part, kind in _MEMBER_NAMES if part.encode() in head), None)
    if shown == "an RTF document":
        return RTF
    if shown == "an old Office file" and _ENCRYPTED_PACKAGE in head:
        raise ParseFailed("The document is protected by a password.", hint="Save it without one.")
    return HTML if shown is None and looks_like_text(head) and _HTML_HEAD.search(head) else None


def _by_content(name: str, head: bytes, shown: str | None) -> str:
    if shown == "a zip container":
        found = _find_office_type(head, shown)
        if found is not None:
            return found
    by_signature = {what: kind for kind, what in _EXPECTED.items() if kind in {PDF, RTF, PNG, JPEG, TIFF}}
    if shown in by_signature:
        return by_signature[shown]
    if shown is None and looks_like_text(head):
        return HTML if re.match(rb"(?i)\s*(<!doctype html|<html)", head) else PLAIN
    kind = shown or "binary data"
    suffix = find_suffix(name)
    raise ParseFailed(
        f"This kind of file{f' ({suffix})' if suffix else ''} is not supported: it is {kind}.",
        hint="Export it as PDF, Markdown, HTML or text.",
    )


def _describe(media_type: str) -> str:
    expected = _EXPECTED.get(media_type)
    suffix = next((suffix for suffix, kind in SUFFIXES.items() if kind == media_type), "")
    return f"{suffix} ({expected})" if expected else f"{suffix or media_type} (text)"
