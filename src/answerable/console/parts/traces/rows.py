"""The rows of the list of traces as HTML: one link each. Every foreign character is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from html import escape
from typing import Final
from urllib.parse import urlencode

from answerable.console.parts.figures import format_cost, format_duration
from answerable.console.parts.past_inputs import preview_input
from answerable.console.parts.traces.marks import (
    STATUSES,
    list_tags,
    render_moment,
    render_thumb,
    render_verdict_marks,
)
from answerable.traces.types import Trace

HEADS: Final = ("", "When", "Question", "Sentences", "", "Time", "Tokens", "Cost")
_FEW: Final = 10
_NOT_KEPT: Final = "The content of this run is not kept."


def find_scale(traces: Sequence[Trace]) -> float:
    """Return the duration, in milliseconds, that fills a bar: of 95 in 100 runs, so that one slow run hides none.

    Of a few runs it is the longest.
    """
    durations = sorted(trace.duration_ms for trace in traces)
    if len(durations) < _FEW:
        return max(durations, default=0.0)
    return durations[int(0.95 * (len(durations) - 1))]


def render_rows(traces: Sequence[Trace], *, scale: float, new: bool = False) -> str:
    """Return the items of the list. `scale` is the duration in milliseconds that fills a bar."""
    return "".join(_render_row(trace, scale, "trace-row is-new" if new else "trace-row") for trace in traces)


def to_page(trace: Trace, **more: str) -> str:
    """Return the address of a run's page."""
    return f"/traces/{trace.id}?{urlencode({'span': trace.span_id, **more})}"


def _render_row(trace: Trace, scale: float, style: str) -> str:
    status = STATUSES[trace.status]
    cells = (
        f'<span class="trace-state is-{trace.status}" role="img" aria-label="{status}" data-tip="{status}"></span>',
        f'<span class="trace-when">{render_moment(trace.started_at)}</span>',
        f'<span class="trace-words"><span class="trace-question">{escape(preview_input(trace) or _NOT_KEPT)}</span>'
        f'<span class="trace-app">{_render_origin(trace)}</span></span>',
        f'<span class="trace-marks">{render_verdict_marks(trace.verdicts)}</span>',
        f'<span class="trace-thumb">{render_thumb(trace.thumb)}</span>',
        f'<span class="trace-time">{format_duration(trace.duration_ms)}{_render_bar(trace.duration_ms, scale)}</span>',
        f'<span class="trace-tokens">{trace.usage.total:,}</span>',
        f'<span class="trace-cost">{_short_cost(trace.cost_usd)}</span>',
    )
    return (
        f'<li><a class="{style}" href="{escape(to_page(trace))}" data-trace="{trace.id}-{trace.span_id}">'
        f"{''.join(cells)}</a></li>"
    )


def _render_origin(trace: Trace) -> str:
    words = [f"<b>{escape(trace.app)}</b>", f"<code>{escape(trace.variant)}</code>"]
    if trace.label:
        words.append(escape(trace.label))
    if trace.user:
        words.append(escape(trace.user))
    tags = "".join(f'<span class="tag {style}">{escape(word)}</span>' for style, word in list_tags(trace))
    return f'<span class="trace-origin">{" · ".join(words)}</span>{tags}'


def _render_bar(milliseconds: float, scale: float) -> str:
    share = min(1.0, milliseconds / scale) if scale > 0 else 0.0
    width = max(2.0, share * 100)
    return f'<span class="time-track" aria-hidden="true"><span style="width:{width:.0f}%"></span></span>'


def _short_cost(cost: Decimal | None) -> str:
    if cost is None:
        return '<span class="quiet" data-tip="The price of the model is not known">unknown</span>'
    return format_cost(cost)
