"""Markdown: the text stays as it is, with its front matter; title and metadata are read from it."""

from __future__ import annotations

import re
from typing import Any

import yaml

from answerable.knowledge.parsing.decoding import clean_value, decode
from answerable.knowledge.parsing.types import Extracted, ParseFailed

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"^(#{1,6})[ \t]+(\S.*)$", re.MULTILINE)
_SETEXT = re.compile(r"(?:\A|\n\n)(\S.*)\n(=+|-{2,})[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKUP = re.compile(r"[*`]|<[^>]+>|\{:?\s*#[^}]*\}|(?<!\w)_+|_+(?!\w)")
_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_]|\Z)")
_MAX_HEADING = 500
_TITLE_WINDOW = 20_000


def parse_markdown(data: bytes, _name: str) -> Extracted:
    """Read Markdown. Raises ParseFailed for what is no text."""
    return extract_markdown(decode(data))


def extract_markdown(text: str) -> Extracted:
    """Return the text unchanged, with what front matter and first heading say about it."""
    fields = read_front_matter(text)
    title = fields.pop("title", None)
    groups = fields.pop("groups", None)
    language = fields.pop("language", None) or fields.pop("lang", None)
    return Extracted(
        text=text,
        title=str(title).strip() if title else find_heading(text),
        metadata=fields,
        groups=read_groups(groups),
        language=read_language(language),
    )


def read_front_matter(text: str) -> dict[str, Any]:
    """Return the YAML mapping between `---` lines at the start; empty when there is none or it is not YAML."""
    match = FRONT_MATTER.match(text)
    if match is None:
        return {}
    try:
        loaded = yaml.safe_load(match[1])
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    cleaned: dict[str, Any] = clean_value(loaded) if isinstance(loaded, dict) else {}
    return cleaned


def read_groups(value: object) -> frozenset[str] | None:
    """Return the document groups that a source names for itself: a string or a list of strings; None for
    none.

    Anything else is refused: a document must not become readable by all because its groups were misspelt.
    """
    if value is None:
        return None
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) and name.strip() for name in names):
        raise ParseFailed("The groups of the document are not a list of names.", hint="Write groups: [a, b].")
    return frozenset(name.strip() for name in names)


def read_language(value: object) -> str | None:
    """Return the ISO 639-1 name in a language tag such as `de` or `de-AT`; None when there is none."""
    match = _LANGUAGE.match(value) if isinstance(value, str) else None
    return match[1].lower() if match else None


def find_heading(text: str) -> str:
    """Return the heading that names the document, as plain text; empty when there is none.

    It is the first of level 1, or else the first one, if it stands above all others: a change log that has
    only `## 1.2` and `## 1.1` is not called "1.2".
    """
    head = _FENCE.sub("", FRONT_MATTER.sub("", text[:_TITLE_WINDOW], count=1))
    found = [(match.start(), len(match[1]), match[2]) for match in _HEADING.finditer(head)]
    found += [(match.start(), 1 if match[2][0] == "=" else 2, match[1]) for match in _SETEXT.finditer(head)]
    if not found:
        return ""
    top = min(level for _, level, _ in found)
    titles = [title for _, level, title in sorted(found) if level == top]
    return strip_markup(titles[0]) if top == 1 or len(titles) == 1 else ""


def strip_markup(heading: str) -> str:
    """Return the words of a heading without emphasis, code marks, links, tags, anchors and closing `#`."""
    bare = _LINK.sub(r"\1", heading[:_MAX_HEADING].rstrip().rstrip("#"))
    return " ".join(_MARKUP.sub("", bare).split())
