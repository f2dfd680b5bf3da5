"""Quality against latency and against what a model is shown, as one SVG that stands for itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from answerable.evaluation.sweeps.describing import describe_point
from answerable.evaluation.sweeps.types import PointResult, Sweep

WIDTH: Final = 920
HEIGHT: Final = 420
_TOP, _BOTTOM, _LEFT, _PANEL, _GAP = 40, 340, 64, 380, 76
_TICKS: Final = 5
_STYLE: Final = """
text{font:12px system-ui,sans-serif;fill:#475569}.title{font-weight:600;fill:#0f172a}
.grid{stroke:#e2e8f0}.whisker{stroke:#94a3b8;stroke-width:1.5;opacity:.35}.front{fill:none;stroke:#2563eb;stroke-width:1.5}
.point{fill:#94a3b8}.on{fill:#2563eb}.baseline{fill:none;stroke:#ea580c;stroke-width:2}
@media (prefers-color-scheme:dark){.page text{fill:#94a3b8}.page .title{fill:#e2e8f0}.page .grid{stroke:#334155}}
"""


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to pixels, linearly, with round ticks."""

    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def list_ticks(self) -> list[float]:
        """Return about five round values within the scale."""
        step = _round_step((self.high - self.low) / _TICKS)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [number * step for number in range(first, last + 1)]


def draw_chart(sweep: Sweep, *, page: bool = False) -> str:
    """Return the SVG. On a `page` it follows the reader's dark mode; a file of its own is drawn on white."""
    results = [result for result in sweep.results if math.isfinite(result.latency_p50)]
    quality = _fit([v for r in results for v in _get_interval(r, sweep.metric)], _BOTTOM, _TOP)
    panels: list[tuple[str, Callable[[PointResult], float]]] = [
        ("latency p50, ms", lambda result: result.latency_p50),
        ("tokens shown to a model", lambda result: result.context_tokens),
    ]
    parts: list[str] = []
    for number, (title, read) in enumerate(panels):
        left = _LEFT + number * (_PANEL + _GAP)
        across = _fit([read(result) for result in results], left, left + _PANEL)
        parts += _draw_axes(across, quality, f"{sweep.metric} against {title}", title)
        parts += [
            _draw_whisker(result, sweep.metric, across.place(read(result)), quality) for result in results
        ]
        parts += _draw_front(results, sweep.metric, across, quality, read)
        for result in results:
            parts += _draw_point(result, sweep.metric, across, quality, read)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' class="{"page" if page else "file"}" aria-label="Quality against latency and tokens">'
        f"<style>{_STYLE}</style>"
        + ("" if page else f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>')
        + "".join(parts)
        + _draw_legend()
        + "</svg>"
    )


def _draw_axes(across: Scale, up: Scale, title: str, unit: str) -> Iterator[str]:
    yield f'<text class="title" x="{across.start:.1f}" y="20">{escape(title)}</text>'
    for tick in up.list_ticks():
        y = up.place(tick)
        yield f'<line class="grid" x1="{across.start:.1f}" x2="{across.end:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{across.start - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{tick:.3g}</text>'
    for tick in across.list_ticks():
        x = across.place(tick)
        yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{_BOTTOM}"/>'
        yield f'<text x="{x:.1f}" y="{_BOTTOM + 16}" text-anchor="middle">{tick:g}</text>'
    middle = (across.start + across.end) / 2
    yield f'<text x="{middle:.1f}" y="{_BOTTOM + 34}" text-anchor="middle">{escape(unit)}</text>'


def _draw_front(
    results: Sequence[PointResult],
    metric: str,
    across: Scale,
    up: Scale,
    read: Callable[[PointResult], float],
) -> Iterator[str]:
    """Draw the steps over which quality only comes with more of what is on the axis below."""
    ordered = sorted(results, key=lambda result: (read(result), -result.quality[metric].mean))
    best, path = -math.inf, ""
    for result in ordered:
        mean = result.quality[metric].mean
        if mean > best:
            x, y = across.place(read(result)), up.place(mean)
            path += f"H{x:.1f}V{y:.1f}" if path else f"M{x:.1f} {y:.1f}"
            best = mean
    if path:
        yield f'<path class="front" d="{path}H{across.end:.1f}"/>'


def _draw_whisker(result: PointResult, metric: str, x: float, up: Scale) -> str:
    low, high = (up.place(value) for value in _get_interval(result, metric))
    return f'<line class="whisker" x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}"/>'


def _draw_point(
    result: PointResult, metric: str, across: Scale, up: Scale, read: Callable[[PointResult], float]
) -> Iterator[str]:
    estimate = result.quality[metric]
    x, y = across.place(read(result)), up.place(estimate.mean)
    style = "point on" if result.on_front else "point"
    words = f"{describe_point(result.point)}: {metric} {estimate.mean:.3f}, {read(result):.4g}"
    yield f'<circle class="{style}" cx="{x:.1f}" cy="{y:.1f}" r="4.5"><title>{escape(words)}</title></circle>'
    if result.point.baseline:
        yield f'<circle class="baseline" cx="{x:.1f}" cy="{y:.1f}" r="8"/>'


def _draw_legend() -> str:
    y = HEIGHT - 10
    return (
        f'<circle class="point on" cx="{_LEFT}" cy="{y - 4}" r="4.5"/>'
        f'<text x="{_LEFT + 12}" y="{y}">no other setting is better in quality, latency and tokens</text>'
        f'<circle class="baseline" cx="{_LEFT + 392}" cy="{y - 4}" r="7"/>'
        f'<text x="{_LEFT + 406}" y="{y}">the variant as it is</text>'
        f'<line class="whisker" x1="{_LEFT + 540}" x2="{_LEFT + 540}" y1="{y - 12}" y2="{y + 3}"/>'
        f'<text x="{_LEFT + 552}" y="{y}">interval of 95 %</text>'
    )


def _get_interval(result: PointResult, metric: str) -> tuple[float, float]:
    estimate = result.quality[metric]
    return min(estimate.low, estimate.mean), max(estimate.high, estimate.mean)


def _fit(values: Sequence[float], start: float, end: float) -> Scale:
    """Return a scale that holds the values with some room around them."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = 0.06 * (high - low) or 0.05 * abs(high) or 0.5
    return Scale(low - room, high + room, start, end)


def _round_step(rough: float) -> float:
    """Return the nearest 1, 2 or 5 times a power of ten above."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
