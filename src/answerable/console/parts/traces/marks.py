"""Small signs for what became of a run: its state, its sentences by verdict, the user's thumb, the moment. As HTML."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Final

from answerable.answering.types import Verdict
from answerable.console.parts.answer import VERDICTS
from answerable.console.parts.figures import format_moment
from answerable.traces.types import Trace, TraceStatus

STATUSES: Final[Mapping[TraceStatus, str]] = {"ok": "Fine", "error": "Failed", "cancelled": "Stopped"}
_SIGNS: Final[Mapping[Verdict, str]] = {
    "supported": "✓",
    "partial": "◐",
    "unsupported": "✕",
    "unchecked": "?",
}
_THUMBS: Final = {1: ("up", "Thumb up"), -1: ("down", "Thumb down")}


def render_verdict_marks(verdicts: Mapping[str, int]) -> str:
    """Return a sign and a count for each verdict that an answer's sentences have."""
    return "".join(_render_mark(verdict, count) for verdict in _SIGNS if (count := verdicts.get(verdict)))


def _render_mark(verdict: Verdict, count: int) -> str:
    name = escape(VERDICTS[verdict][0].lower())
    return (
        f'<span class="mark is-{verdict}" data-tip="{count} {name}"><span aria-hidden="true">{_SIGNS[verdict]}</span>'
        f'{count}<span class="unseen"> {name}</span></span>'
    )


def render_thumb(thumb: int | None) -> str:
    found = _THUMBS.get(thumb or 0)
    if found is None:
        return ""
    name, title = found
    return (
        f'<span class="icon icon-thumb is-{name}" role="img" aria-label="{title}" data-tip="{title}"></span>'
    )


def render_moment(at: datetime, style: str = "short") -> str:
    """Return a moment; the browser writes it in its own time zone (traces.js), `style` is short or long."""
    return (
        f'<answerable-time datetime="{at.isoformat()}" data-style="{style}">'
        f"{format_moment(at)} UTC</answerable-time>"
    )


def list_tags(trace: Trace) -> list[tuple[str, str]]:
    """Return what is out of the ordinary in a run: a style and a word for each."""
    tags: list[tuple[str, str]] = []
    if trace.status == "error":
        tags.append(("is-removed", trace.error_code or "failed"))
    elif trace.status == "cancelled":
        tags.append(("is-changed", "stopped"))
    if trace.abstained:
        tags.append(("is-changed", "abstained"))
    if trace.cached:
        tags.append(("", "cached"))
    if trace.purpose != "serve":
        tags.append(("", trace.purpose))
    return tags
