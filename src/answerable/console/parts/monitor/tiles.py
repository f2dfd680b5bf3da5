"""The figures of the whole range, above the charts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from answerable.console.elements import Tag
from answerable.console.parts.figures import format_cost, format_duration
from answerable.console.parts.monitor.charts import share
from answerable.monitoring.series.types import Figures, Series
from answerable.monitoring.spend import Spend


def build_tiles(series: Series) -> None:
    """Build a tile for each figure; one of bad news says so by its colour and its mark."""
    with Tag("dl", "", "tiles"):
        for title, value, note, bad in _list_tiles(series.total):
            with Tag("div", "", "tile is-bad" if bad else "tile"):
                Tag("dt", title)
                Tag("dd", value, "tile-value")
                if note:
                    Tag("dd", note, "tile-note")


def format_spend(spend: Spend) -> str:
    """Return what is known of a spend; unknown is never 0."""
    if spend.usd is None:
        return "unknown"
    return f"{'at least ' if spend.unpriced else ''}{format_cost(spend.usd)}"


def format_share(part: int, whole: int) -> str:
    ratio = share(part, whole)
    if ratio is None:
        return "-"
    return f"{ratio:.1%}" if 0 < ratio < 0.1 else f"{ratio:.0%}"


def format_time(milliseconds: float | None) -> str:
    return "-" if milliseconds is None else format_duration(milliseconds)


def _list_tiles(total: Figures) -> Iterator[tuple[str, str, str, bool]]:
    """Yield title, value, a note, and whether it is bad news."""
    counts = total.counts
    yield "Requests", f"{counts.requests:,}", "", False
    yield "Errors", format_share(counts.errors, counts.requests), _count(counts.errors), counts.errors > 0
    yield "Median", format_time(total.duration.p50_ms), f"p95 {format_time(total.duration.p95_ms)}", False
    first = total.first_token
    yield "First token", format_time(first.p50_ms), f"p95 {format_time(first.p95_ms)}", False
    tokens = counts.input_tokens + counts.output_tokens
    yield "Tokens", _short(tokens), f"{_short(counts.output_tokens)} written", False
    yield "Spend", format_spend(counts.spend), _note_spend(counts.spend, counts.saved_usd), False
    yield "From the cache", format_share(counts.cached, counts.requests), _count(counts.cached), False
    yield "Abstained", format_share(counts.abstained, counts.requests), _count(counts.abstained), False
    unsupported = counts.unsupported
    yield (
        "Unsupported",
        format_share(unsupported, counts.sentences),
        f"of {counts.sentences:,} sentences",
        unsupported > 0,
    )
    yield (
        "Thumbs",
        f"{counts.thumbs_up:,} up",
        f"{counts.thumbs_down:,} down",
        counts.thumbs_down > counts.thumbs_up,
    )


def _note_spend(spend: Spend, saved: Decimal) -> str:
    notes = [f"{spend.unpriced:,} of unknown price"] if spend.unpriced else []
    if saved:
        notes.append(f"{format_cost(saved)} saved")
    return ", ".join(notes)


def _count(number: int) -> str:
    return f"{number:,}" if number else ""


def _short(number: int) -> str:
    if number >= 1_000_000:
        return f"{number / 1_000_000:.1f} M"
    return f"{number / 1000:.1f} k" if number >= 10_000 else f"{number:,}"
