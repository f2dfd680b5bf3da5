"""HTML as Markdown. What kreuzberg gets is decoded, and cut down to what a reader of the page reads."""

from __future__ import annotations

import re
from html import unescape

from answerable.knowledge.parsing.decoding import decode
from answerable.knowledge.parsing.media_types import HTML
from answerable.knowledge.parsing.office import convert
from answerable.knowledge.parsing.types import Extracted

_CHARSET = re.compile(rb"(?i)<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([a-z0-9_:.-]{2,40})")
_TITLE = re.compile(r"(?is)<title\b[^>]*>(.*?)</title>")
_LANGUAGE = re.compile(r"(?i)<html\b[^>]{0,500}\blang\s*=\s*[\"']?([a-z]{2})\b")
_DESCRIPTION = re.compile(
    r"(?is)<meta\s[^>]{0,300}name\s*=\s*[\"']description[\"'][^>]{0,300}?content\s*=\s*[\"']([^\"']{1,500})"
)
_HEAD = re.compile(r"(?is)<head\b.*?</head\s*>|<title\b.*?</title>|<meta\b[^>]*>")
_MAIN = re.compile(r"(?is)<main\b[^>]*>(.*)</main\s*>")
_DATA_ADDRESS = re.compile(r"(?i)\bdata:[a-z0-9.+-]+/[a-z0-9.+-]+[;,][^\"'>)]*")
_TAG = re.compile(r"<[^>]{0,1000}>")
_LEAST_MAIN = 400
"""Characters of text from which `<main>` is taken for the content of the page."""


def parse_html(data: bytes, _name: str) -> Extracted:
    """Read a page. Raises ParseFailed when it is no text, or holds none."""
    page = decode(data, encoding=_find_charset(data))
    title, language, description = (pattern.search(page) for pattern in (_TITLE, _LANGUAGE, _DESCRIPTION))
    body = _DATA_ADDRESS.sub("", _choose_content(_HEAD.sub("", page)))
    converted = convert(body.encode("utf-8"), HTML)
    return Extracted(
        text=converted.text,
        title=" ".join(unescape(title[1]).split()) if title else converted.title,
        metadata={"description": unescape(description[1]).strip()} if description else {},
        language=language[1].lower() if language else None,
    )


def _find_charset(data: bytes) -> str | None:
    match = _CHARSET.search(data[:4096])
    return match[1].decode("ascii") if match else None


def _choose_content(page: str) -> str:
    """Return the `<main>` part of a page that has a real one: around it stand menus, which match every
    question.
    """
    main = _MAIN.search(page)
    return main[1] if main and len(_TAG.sub("", main[1]).strip()) >= _LEAST_MAIN else page
