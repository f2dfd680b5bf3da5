"""The inline marks of light Markdown: what is styled, and which characters are not shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", re.DOTALL)
_EMPHASIS = re.compile(r"(?<![\w*_])([*_])(?=[^\s*_])(.+?)(?<=[^\s*_])\1(?![\w*_])", re.DOTALL)


@dataclass(slots=True)
class Inline:
    """Ranges of characters: `styles` with their class, `hidden` for the signs of the markup."""

    styles: list[tuple[int, int, str]] = field(default_factory=list)
    hidden: list[tuple[int, int]] = field(default_factory=list)


def read_inline(text: str, start: int, end: int) -> Inline:
    """Return the inline marks of `text[start:end]`. Links and pictures keep their words alone: nothing is loaded."""
    found = Inline()
    code: list[tuple[int, int]] = []
    for match in _CODE.finditer(text, start, end):
        code.append(match.span())
        _add(found, match, 2, "p-mono")
    for pattern, group, style in ((_LINK, 1, "p-link"), (_STRONG, 2, "p-strong"), (_EMPHASIS, 2, "p-em")):
        for match in pattern.finditer(text, start, end):
            if not any(begin < match.end() and match.start() < stop for begin, stop in code):
                _add(found, match, group, style)
            elif pattern is _STRONG:
                _add_around(found, match, code)
    return found


def _add(found: Inline, match: re.Match[str], group: int, style: str) -> None:
    found.styles.append((*match.span(group), style))
    found.hidden += [(match.start(), match.start(group)), (match.end(group), match.end())]


def _add_around(found: Inline, match: re.Match[str], code: list[tuple[int, int]]) -> None:
    """Take bold text that holds code whole; a sign within the code is none."""
    edges = ((match.start(), match.start(2)), (match.end(2), match.end()))
    if not any(begin < stop_edge and edge < stop for edge, stop_edge in edges for begin, stop in code):
        _add(found, match, 2, "p-strong")
