"""A small line chart as SVG, for the docs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

_COLOURS = ("#2563eb", "#dc2626", "#059669", "#d97706", "#7c3aed", "#0891b2", "#be185d", "#4d7c0f", "#475569")
_WIDTH, _HEIGHT = 420, 270
_LEFT, _TOP, _BOTTOM = 52, 34, 40


@dataclass(frozen=True, slots=True)
class Panel:
    """Lines over the same x, drawn by its logarithm where `log` says so. `marks` are levels to compare with."""

    title: str
    x_title: str
    xs: Sequence[float]
    lines: Mapping[str, Sequence[float]]
    low: float
    high: float
    marks: Sequence[float] = ()
    unit: str = ""
    log: bool = False

    def get_x(self, value: float) -> float:
        scale = math.log if self.log else float
        first, last = scale(self.xs[0]), scale(self.xs[-1])
        return _LEFT + (scale(value) - first) / (last - first) * (_WIDTH - _LEFT - 16)

    def get_y(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def draw(panels: Sequence[Panel]) -> str:
    """Return the panels side by side, with one legend below: all have the same lines."""
    names = list(panels[0].lines)
    rows = math.ceil(len(names) / 3)
    width, height = _WIDTH * len(panels), _HEIGHT + 20 + 18 * rows
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="system-ui, sans-serif" '
        'font-size="11" fill="#334155">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for index, panel in enumerate(panels):
        parts += [f'<g transform="translate({index * _WIDTH} 0)">', *_draw_panel(panel), "</g>"]
    for index, name in enumerate(names):
        x, y = _LEFT + (index % 3) * (width - _LEFT) / 3, _HEIGHT + 16 + 18 * (index // 3)
        parts.append(
            f'<line x1="{x:.0f}" x2="{x + 18:.0f}" y1="{y}" y2="{y}" stroke="{_get_colour(index)}" stroke-width="2"/>'
        )
        parts.append(f'<text x="{x + 24:.0f}" y="{y + 4}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _draw_panel(panel: Panel) -> list[str]:
    right, bottom = panel.get_x(panel.xs[-1]), _HEIGHT - _BOTTOM
    middle = (_LEFT + right) / 2
    parts = [f'<text x="{_LEFT}" y="18" font-size="13" font-weight="600">{escape(panel.title)}</text>']
    for step in range(5):
        value = panel.low + (panel.high - panel.low) * step / 4
        y = panel.get_y(value)
        parts.append(f'<line x1="{_LEFT}" x2="{right:.0f}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e2e8f0"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}{panel.unit}</text>')
    for value in panel.marks:
        y = panel.get_y(value)
        parts.append(
            f'<line x1="{_LEFT}" x2="{right:.0f}" y1="{y:.1f}" y2="{y:.1f}" stroke="#0f172a" stroke-dasharray="5 4"/>'
        )
    parts += [
        f'<text x="{panel.get_x(x):.0f}" y="{bottom + 16}" text-anchor="middle">{x:g}</text>'
        for x in panel.xs
    ]
    parts.append(
        f'<text x="{middle:.0f}" y="{bottom + 32}" text-anchor="middle">{escape(panel.x_title)}</text>'
    )
    for index, ys in enumerate(panel.lines.values()):
        points = " ".join(
            f"{panel.get_x(x):.1f},{panel.get_y(y):.1f}" for x, y in zip(panel.xs, ys, strict=True)
        )
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{_get_colour(index)}" stroke-width="1.8"/>'
        )
    return parts


def _get_colour(index: int) -> str:
    return _COLOURS[index % len(_COLOURS)]
