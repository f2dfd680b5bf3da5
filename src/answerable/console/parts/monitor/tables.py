"""Below the charts: apps and variants side by side, what was spent on what, and what changed when."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from answerable.console.elements import Tag
from answerable.console.parts.figures import format_count
from answerable.console.parts.monitor.scope import Scope
from answerable.console.parts.monitor.tiles import format_share, format_spend, format_time
from answerable.monitoring.marks.types import Mark
from answerable.monitoring.series.types import Series, VariantFigures

_HEADS = (
    "App and variant", "Requests", "Errors", "p50", "p95", "First token p95", "Tokens", "Spend", "Cached", "Abstained",
    "Unsupported", "Thumbs",
)  # fmt: skip
_PURPOSES = {
    "serve": "Served to users",
    "trial": "Trials in the console",
    "batch": "Batches",
    "eval": "Evaluation",
    "judge": "Judges",
    "online": "Online evaluation",
}
_MOST_OPEN = 8
"""Changes that are shown without being asked for."""


def build_variants(series: Series, scope: Scope) -> None:
    """Build a row for each variant that answered; its name narrows the page to it."""
    if not series.variants:
        return
    with Tag("section", "", "monitor-section"):
        Tag("h2", "Apps and variants")
        scroll = Tag("div", "", "table-scroll", tabindex="0", role="region", aria_label="Apps and variants")
        with scroll, Tag("table", "", "table figures"):
            with Tag("thead"), Tag("tr"):
                for place, head in enumerate(_HEADS):
                    Tag("th", head, "is-number" if place else "", scope="col")
            with Tag("tbody"):
                for one in series.variants:
                    _build_row(one, scope)


def build_spend(series: Series) -> None:
    """Build the lines of spend by purpose; evaluation and judges have lines of their own."""
    if not series.spend:
        return
    with Tag("section", "", "monitor-section"):
        Tag("h2", "Spend by purpose")
        with Tag("dl", "", "spend-lines"):
            for purpose, spend in series.spend.items():
                with Tag("div"):
                    Tag("dt", _PURPOSES.get(purpose, purpose))
                    Tag("dd", format_spend(spend))


def build_marks(series: Series) -> None:
    """Build the list of what happened in the range, numbered as on the charts."""
    if not series.marks:
        return
    zone = ZoneInfo(series.zone)
    opened = "open" if len(series.marks) <= _MOST_OPEN else None
    with Tag("section", "", "monitor-section"):
        Tag("h2", "What changed")
        with Tag("details", "", "fold", open=opened):
            Tag("summary", format_count(len(series.marks), "change"))
            with Tag("ol", "", "marks"):
                for number, mark in enumerate(series.marks, 1):
                    _build_mark(number, mark, zone)


def _build_mark(number: int, mark: Mark, zone: ZoneInfo) -> None:
    where = f"{mark.app}: " if mark.app else ""
    who = f" ({mark.by})" if mark.by else ""
    with Tag("li", "", "mark"):
        Tag("span", str(number), "mark-number")
        Tag("time", f"{mark.at.astimezone(zone):%d %b, %H:%M}", datetime=mark.at.isoformat())
        Tag("span", mark.kind, "tag")
        Tag("span", f"{where}{mark.text}{who}", "mark-text")


def _build_row(one: VariantFigures, scope: Scope) -> None:
    traces = urlencode({"app": one.app, "variant": one.variant, "since": _since(scope)})
    with Tag("tr"):
        with Tag("td"), Tag("div", "", "figures-name"):
            Tag("a", one.app, href=scope.to_address(app=one.app))
            Tag("a", one.variant, "is-mono", href=scope.to_address(app=one.app, variant=one.variant))
            Tag("a", "traces", "link-button", href=f"/traces?{traces}")
        for text in _list_cells(one):
            Tag("td", text, "is-number")


def _list_cells(one: VariantFigures) -> Iterator[str]:
    figures, counts = one.figures, one.figures.counts
    yield f"{counts.requests:,}"
    yield format_share(counts.errors, counts.requests)
    yield format_time(figures.duration.p50_ms)
    yield format_time(figures.duration.p95_ms)
    yield format_time(figures.first_token.p95_ms)
    yield f"{counts.input_tokens + counts.output_tokens:,}"
    yield format_spend(counts.spend)
    yield format_share(counts.cached, counts.requests)
    yield format_share(counts.abstained, counts.requests)
    yield format_share(counts.unsupported, counts.sentences)
    yield f"{counts.thumbs_up:,} / {counts.thumbs_down:,}"


def _since(scope: Scope) -> str:
    return scope.period if scope.is_live else scope.since
