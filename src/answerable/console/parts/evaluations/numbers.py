"""Metrics as the pages write and draw them. What has no value is a dash, never 0."""

from __future__ import annotations

from html import escape
from typing import Final, Protocol

from answerable.evaluation.reports.texts import show_value
from answerable.evaluation.runs.types import EvalRun
from answerable.evaluation.types import Metric

_LEAST: Final = 0.005
"""Share of a line that an interval takes at least, so that it can be seen."""


class Estimated(Protocol):
    """A mean with its interval, such as MetricSummary."""

    @property
    def mean(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def unit(self) -> str: ...


def write_estimate(one: Estimated) -> str:
    """Return `0.812 (0.760 to 0.855)`; without an interval the mean alone."""
    mean = show_value(one.mean, one.unit)
    return mean if one.low is None or one.high is None else f"{mean} ({write_interval(one)})"


def write_interval(one: Estimated) -> str:
    """Return the ends of the interval; a dash without one."""
    if one.low is None or one.high is None:
        return "–"
    return f"{show_value(one.low, one.unit)} to {show_value(one.high, one.unit)}"


def write_signed(value: float, unit: str = "") -> str:
    """Return a difference with its sign."""
    return f"{'+' if value > 0 else '−' if value < 0 else '±'}{show_value(abs(value), unit)}"


def find_scale(metric: Metric, *found: Estimated) -> tuple[float, float]:
    """Return what a line for the metric goes from and to: its bounds, else what there is to be drawn."""
    values = [value for one in found for value in (one.mean, one.low, one.high) if value is not None]
    low = metric.lowest if metric.lowest is not None else min(values, default=0.0)
    high = metric.highest if metric.highest is not None else max(values, default=1.0) * 1.05
    return (low, high) if high > low else (low, low + 1.0)


def render_range(one: Estimated, scale: tuple[float, float]) -> str:
    """Return the mean and its interval on a line, as HTML."""
    if one.mean is None:
        return '<span class="span-line" aria-hidden="true"></span>'
    band = ""
    if one.low is not None and one.high is not None:
        low, high = _place(one.low, scale), _place(one.high, scale)
        band = f'<span class="range-band" style="left:{low:.2%};width:{max(high - low, _LEAST):.2%}"></span>'
    dot = f'<span class="range-dot" style="left:{_place(one.mean, scale):.2%}"></span>'
    return f'<span class="span-line" aria-hidden="true">{band}{dot}</span>'


def render_difference(low: float, high: float, mean: float, *, reach: float, good: bool | None) -> str:
    """Return a difference and its interval on a line around 0, as HTML; `reach` is its end on both sides.

    `good` says whether it is surely for the better or for the worse, None that the data cannot tell.
    """
    scale = (-reach, reach)
    left, right = _place(low, scale), _place(high, scale)
    style = {True: "is-good", False: "is-bad", None: ""}[good]
    return (
        f'<span class="span-line is-difference {style}" aria-hidden="true">'
        f'<span class="range-band" style="left:{left:.2%};width:{max(right - left, _LEAST):.2%}"></span>'
        f'<span class="range-dot" style="left:{_place(mean, scale):.2%}"></span></span>'
    )


def name_run(run: EvalRun) -> str:
    """Return what was measured: the variant of an app, else the target in words."""
    return f"{run.app} {run.variant}" if run.target == "app" else f"{run.app}: {run.target}"


def write_metric_name(metric: Metric) -> str:
    """Return the name as HTML, with what it means and which direction is better."""
    tip = f' data-tip="{escape(metric.description)}"' if metric.description else ""
    lower = ' <span class="quiet">lower is better</span>' if metric.better == "lower" else ""
    return f'<span class="metric-name"{tip}>{escape(metric.name)}</span>{lower}'


def _place(value: float, scale: tuple[float, float]) -> float:
    low, high = scale
    return min(1.0, max(0.0, (value - low) / (high - low)))
