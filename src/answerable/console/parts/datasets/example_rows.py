"""Examples as rows of a list: HTML, every foreign character escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from answerable.console.parts.past_inputs import preview_values, shorten
from answerable.console.parts.traces.values import write_value
from answerable.datasets.types import Example

HEADS = ("Input", "Expected", "Tags")


def render_row(example: Example) -> str:
    """Return the button that opens an example."""
    return (
        f'<button type="button" class="example-row" data-row="{escape(example.key)}">'
        f'<span class="example-words"><span class="example-input" dir="auto">{escape(preview_input(example))}</span>'
        f'<span class="example-key">{escape(example.key)}</span></span>'
        f'<span class="example-expected" dir="auto">{_render_expected(example)}</span>'
        f'<span class="example-tags">{render_tags(example.tags, example.split)}</span></button>'
    )


def preview_input(example: Example) -> str:
    """Return the input in one line."""
    return shorten(preview_values(example.input))


def render_tags(tags: Sequence[str], split: str = "") -> str:
    """Return the split and the tags as small labels."""
    words = [f'<span class="tag is-split">{escape(split)}</span>'] if split else []
    return "".join([*words, *(f'<span class="tag">{escape(tag)}</span>' for tag in tags)])


def preview_expected(example: Example) -> str:
    """Return what is expected in one line; empty where nothing is said of it."""
    if example.refuse:
        return "no answer: to decline is right"
    return _preview(example.expected) or (shorten(example.acceptable[0]) if example.acceptable else "")


def _render_expected(example: Example) -> str:
    text = preview_expected(example)
    if example.refuse:
        return f'<em class="quiet">{escape(text)}</em>'
    if text:
        return escape(text)
    count = len(example.evidence)
    words = f"{count} {'passage' if count == 1 else 'passages'} of evidence" if count else "nothing"
    return f'<em class="quiet">{words}</em>'


def _preview(value: Any) -> str:
    return "" if value is None else shorten(write_value(value))
