"""Text with marked ranges as HTML. Every character of the text is escaped; the tags are all our own.

The offsets of marks count the characters of the text as it is stored, so a passage's place or a sentence's place is
found again whatever the markup around it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from answerable.console.prose.blocks import Block, split_blocks
from answerable.console.prose.inline import Inline, read_inline
from answerable.console.prose.markers import Markers, find_markers

_VOID = Inline()
_TAGS = {"paragraph": "p", "quote": "blockquote", "code": "pre", "table": "pre"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A range of the text with a class. `attributes` go on its first piece; `start_id` is where to scroll to."""

    start: int
    end: int
    style: str
    attributes: Mapping[str, str] = field(default_factory=dict)


RenderMarker = Callable[[int], str]
"""Returns the HTML of a citation marker with this number."""


def render_prose(
    text: str,
    *,
    start: int = 0,
    end: int | None = None,
    marks: Sequence[Mark] = (),
    render_marker: RenderMarker | None = None,
) -> str:
    """Return `text[start:end]` as HTML. Without `render_marker`, markers such as [1] stay text."""
    painter = _Painter(text, marks, render_marker)
    parts: list[str] = []
    in_list = False
    for block in split_blocks(text, start, len(text) if end is None else end):
        if (block.kind == "item") != in_list:
            in_list = not in_list
            parts.append('<ul class="p-list">' if in_list else "</ul>")
        parts.append(_render_block(block, painter))
    if in_list:
        parts.append("</ul>")
    return "".join(parts)


def plain_text(text: str) -> str:
    """Return the words of the text without its markup, for a preview."""
    painter = _Painter(text, (), None)
    blocks = split_blocks(text, 0, len(text))
    return " ".join(painter.read(block.start, block.end) for block in blocks if block.end > block.start)


def list_headings(text: str) -> list[str]:
    """Return the headings of the text in order, without their markup."""
    painter = _Painter(text, (), None)
    blocks = split_blocks(text, 0, len(text))
    return [painter.read(block.start, block.end).strip() for block in blocks if block.kind == "heading"]


def _render_block(block: Block, painter: _Painter) -> str:
    plain = block.kind in {"code", "table"}
    inner = painter.paint(block.start, block.end, plain=plain)
    match block.kind:
        case "rule":
            return '<hr class="p-rule">'
        case "heading":
            level = min(block.level + 2, 6)  # below the headings of the page itself
            return f'<p class="p-heading p-heading-{block.level}" role="heading" aria-level="{level}">{inner}</p>'
        case "item":
            return (
                f'<li class="p-item p-depth-{block.level}" data-bullet="{escape(block.bullet)}">{inner}</li>'
            )
        case _:
            tag = _TAGS[block.kind]
            focus = ' tabindex="0"' if plain else ""
            return f'<{tag} class="p-{block.kind}"{focus}>{inner}</{tag}>'


class _Painter:
    """Cuts a range at every border of a mark and wraps each piece in the classes that hold there."""

    def __init__(self, text: str, marks: Sequence[Mark], render_marker: RenderMarker | None) -> None:
        self._text = text
        self._marks = marks
        self._render_marker = render_marker
        self._begun: set[int] = set()

    def paint(self, start: int, end: int, *, plain: bool) -> str:
        inline = _VOID if plain else read_inline(self._text, start, end)
        markers = self._find_markers(start, end, inline, plain=plain)
        marks = [
            (place, mark) for place, mark in enumerate(self._marks) if mark.start < end and start < mark.end
        ]
        spoken = inline.hidden + [(found.start, found.end) for found in markers.values()]
        ranges = spoken + [(begin, stop) for begin, stop, _ in inline.styles]
        ranges += [(mark.start, mark.end) for _, mark in marks]
        borders = sorted(
            {start, end, *(border for pair in ranges for border in pair if start < border < end)}
        )
        pieces: list[str] = []
        for begin, stop in zip(borders, borders[1:], strict=False):
            if begin in markers:
                pieces.append(self._paint_markers(markers[begin], inline, marks))
            elif not _covers(spoken, begin):
                pieces.append(self._paint_piece(begin, stop, inline, marks))
        return "".join(pieces)

    def read(self, start: int, end: int) -> str:
        """Return the characters of a range that are shown, as they are."""
        hidden = read_inline(self._text, start, end).hidden
        return "".join(self._text[place] for place in range(start, end) if not _covers(hidden, place))

    def _find_markers(self, start: int, end: int, inline: Inline, *, plain: bool) -> dict[int, Markers]:
        """Return the markers by their first character; in code, brackets are brackets."""
        if plain or self._render_marker is None:
            return {}
        code = [(begin, stop) for begin, stop, style in inline.styles if style == "p-mono"]
        return {found.start: found for found in find_markers(self._text, start, end, outside=code)}

    def _paint_markers(self, found: Markers, inline: Inline, marks: Sequence[tuple[int, Mark]]) -> str:
        assert self._render_marker is not None
        sign = self._paint_piece(found.sign, found.end, inline, marks) if found.sign < found.end else ""
        return sign + "".join(self._render_marker(number) for number in found.numbers)

    def _paint_piece(self, begin: int, stop: int, inline: Inline, marks: Sequence[tuple[int, Mark]]) -> str:
        content = escape(self._text[begin:stop])
        classes = [style for first, last, style in inline.styles if first <= begin < last]
        attributes: dict[str, str] = {}
        for place, mark in marks:
            if not mark.start <= begin < mark.end:
                continue
            classes.append(mark.style)
            if place not in self._begun:
                self._begun.add(place)
                attributes.update(mark.attributes)
        if not classes:
            return content
        extra = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
        return f'<span class="{" ".join(classes)}"{extra}>{content}</span>'


def _covers(ranges: Sequence[tuple[int, int]], place: int) -> bool:
    return any(begin <= place < stop for begin, stop in ranges)
