"""From a series to the options of Apache ECharts: pure values, one function a chart.

Colours are the style sheet's variables, so a chart follows the theme by itself. Keys that begin with a colon hold
JavaScript, as NiceGUI reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from answerable.monitoring.series.types import Bucket, Figures, Series

Value = float | int | None

_FONT: Final = "Inter, Roboto, Helvetica Neue, Noto Sans, sans-serif"  # a list that a canvas can measure with
_MOST_NUMBERED: Final = 12
"""Marks beyond which their numbers would lie on each other."""
_APART: Final = 0.03
"""The share of a range within which marks are drawn as one."""
_MOST_CODES: Final = 6
_PALETTE: Final = ("--bad", "--fair", "--accent", "--none", "--good", "--ink-soft")

_COUNT: Final = "value => value === undefined || value === null ? '-' : value.toLocaleString('en-US')"
_TIME: Final = (
    "value => value == null ? '-' : value < 1000 ? Math.round(value) + ' ms'"
    " : (value / 1000).toFixed(1) + ' s'"
)
_SHARE: Final = "value => value == null ? '-' : (value * 100).toFixed(value < 0.1 ? 1 : 0) + ' %'"
_MONEY: Final = (
    "value => value == null ? '-' : value === 0 ? '$0'"
    " : '$' + (value < 0.01 ? value.toPrecision(2) : value.toFixed(2))"
)
_SHORT: Final = (
    "value => value >= 1e6 ? value / 1e6 + ' M' : value >= 1e3 ? value / 1e3 + ' k'"
    " : value.toLocaleString('en-US')"
)

_LEGEND: Final = {
    "left": 0,
    "top": 0,
    "icon": "roundRect",
    "itemWidth": 10,
    "itemHeight": 10,
    "itemGap": 14,
    "textStyle": {"color": "var(--ink-soft)", "fontSize": 12},
    "inactiveColor": "var(--line-strong)",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One series of a chart: its name, its colour (a variable of the style sheet), and its value in a bucket."""

    name: str
    colour: str
    read: Callable[[Figures], Value]


@dataclass(frozen=True, slots=True)
class Chart:
    """`title` stands above, `note` says what is counted. Bars are stacked."""

    key: str
    title: str
    note: str
    lines: tuple[Line, ...]
    format: str
    bars: bool = True


def list_charts(series: Series) -> tuple[Chart, ...]:
    """Return the charts of a range, in the order of the page."""
    return (
        Chart("requests", "Requests", "by how they ended", (
            Line("fine", "--accent", lambda f: f.counts.requests - f.counts.errors - f.counts.cancelled),
            Line("failed", "--bad", lambda f: f.counts.errors),
            Line("stopped", "--fair", lambda f: f.counts.cancelled),
        ), _COUNT),
        Chart("errors", "Errors", "by their code", tuple(_list_codes(series)), _COUNT),
        Chart("duration", "Time to the whole answer", "percentiles", (
            Line("p50", "--good", lambda f: f.duration.p50_ms),
            Line("p95", "--accent", lambda f: f.duration.p95_ms),
            Line("p99", "--bad", lambda f: f.duration.p99_ms),
        ), _TIME, bars=False),
        Chart("first-token", "Time to the first token", "of streamed answers, percentiles", (
            Line("p50", "--good", lambda f: f.first_token.p50_ms),
            Line("p95", "--accent", lambda f: f.first_token.p95_ms),
            Line("p99", "--bad", lambda f: f.first_token.p99_ms),
        ), _TIME, bars=False),
        Chart("tokens", "Tokens", "input and output", (
            Line("input", "--accent", lambda f: f.counts.input_tokens),
            Line("output", "--good", lambda f: f.counts.output_tokens),
        ), _COUNT),
        Chart("spend", "Spend", "where prices are known; saved by the cache", (
            Line("spent", "--accent", lambda f: float(f.counts.spend.usd or 0)),
            Line("saved", "--good", lambda f: float(f.counts.saved_usd)),
        ), _MONEY),
        Chart("sentences", "Sentences by verdict", "of answers with citations", (
            Line("supported", "--good", lambda f: f.counts.supported),
            Line("partly", "--fair", lambda f: f.counts.partial),
            Line("unsupported", "--bad", lambda f: f.counts.unsupported),
        ), _COUNT),
        Chart("shares", "From the cache, and abstained", "share of requests", (
            Line("from the cache", "--good", lambda f: share(f.counts.cached, f.counts.requests)),
            Line("abstained", "--fair", lambda f: share(f.counts.abstained, f.counts.requests)),
        ), _SHARE, bars=False),
        Chart("feedback", "Feedback", "thumbs, where their run was", (
            Line("up", "--good", lambda f: f.counts.thumbs_up),
            Line("down", "--bad", lambda f: f.counts.thumbs_down),
        ), _COUNT),
    )  # fmt: skip


def to_options(chart: Chart, series: Series) -> dict[str, Any]:
    """Return a chart as ECharts takes it."""
    first, last = series.buckets[0], series.buckets[-1]
    lines = [_to_series(chart, line, series.buckets) for line in chart.lines]
    if lines:
        lines[0]["markLine"] = _list_marks(series)
    return {
        "animation": False,
        "useUTC": series.zone == "UTC",
        "textStyle": {"fontFamily": _FONT, "color": "var(--ink-soft)"},
        "grid": {"left": 4, "right": 8, "top": 34, "bottom": 4, "containLabel": True},
        "legend": _LEGEND,
        "tooltip": _tooltip(chart),
        "xAxis": {
            "type": "time",
            "min": first.start.timestamp() * 1000,
            "max": last.end.timestamp() * 1000,
            "axisLine": {"lineStyle": {"color": "var(--line-strong)"}},
            "axisTick": {"show": False},
            "axisLabel": {"color": "var(--ink-faint)", "hideOverlap": True, "fontSize": 11},
            "splitNumber": 5,
        },
        "yAxis": {
            "type": "value",
            "min": 0,
            "minInterval": 1 if chart.format == _COUNT else None,
            "splitNumber": 3,
            "splitLine": {"lineStyle": {"color": "var(--line)"}},
            "axisLabel": {
                "color": "var(--ink-faint)",
                "fontSize": 11,
                ":formatter": _SHORT if chart.format == _COUNT else chart.format,
            },
        },
        "series": lines,
    }


def share(part: int, whole: int) -> float | None:
    """Return a part of a whole, None of nothing."""
    return part / whole if whole else None


def is_empty(chart: Chart, series: Series) -> bool:
    """Say whether a chart would show nothing at all."""
    return not any(line.read(bucket.figures) for line in chart.lines for bucket in series.buckets)


def _list_codes(series: Series) -> Iterable[Line]:
    """Yield the most frequent codes of the range, each as a line of its own, and the others together."""
    codes = list(series.total.errors)
    for place, code in enumerate(codes[:_MOST_CODES]):
        yield Line(code, _PALETTE[place], _read_code(code))
    rest = codes[_MOST_CODES:]
    if rest:
        yield Line("others", "--line-strong", lambda f: sum(f.errors.get(code, 0) for code in rest))


def _read_code(code: str) -> Callable[[Figures], Value]:
    return lambda figures: figures.errors.get(code, 0)


def _to_series(chart: Chart, line: Line, buckets: Sequence[Bucket]) -> dict[str, Any]:
    points = [[_middle(bucket), line.read(bucket.figures)] for bucket in buckets]
    colour = f"var({line.colour})"
    common = {
        "name": line.name,
        "data": points,
        "itemStyle": {"color": colour},
        "emphasis": {"disabled": True},
    }
    if chart.bars:
        return {**common, "type": "bar", "stack": "all", "barCategoryGap": "12%", "barMaxWidth": 40}
    return {
        **common,
        "type": "line",
        "showSymbol": sum(value is not None for _, value in points) <= 2,
        "symbolSize": 5,
        "lineStyle": {"color": colour, "width": 1.8},
        "connectNulls": True,
    }


def _middle(bucket: Bucket) -> float:
    return (bucket.start.timestamp() + bucket.seconds / 2) * 1000


def _list_marks(series: Series) -> Mapping[str, Any]:
    groups = _group_marks(series)
    return {
        "symbol": "none",
        "silent": True,
        "lineStyle": {"color": "var(--ink-faint)", "type": "dashed", "width": 1},
        "label": {
            "show": len(groups) <= _MOST_NUMBERED,
            "formatter": "{b}",
            "color": "var(--ink-faint)",
            "fontSize": 10,
            "distance": 2,
        },
        "data": [{"name": name, "xAxis": at * 1000} for name, at in groups],
    }


def _group_marks(series: Series) -> list[tuple[str, float]]:
    """Return the marks by their numbers, those that would lie on each other as one: `2-5`, and its time."""
    near = (series.until - series.since).total_seconds() * _APART
    groups: list[list[int]] = []
    times = [mark.at.timestamp() for mark in series.marks]
    for number, at in enumerate(times, 1):
        if groups and at - times[groups[-1][0] - 1] < near:
            groups[-1].append(number)
        else:
            groups.append([number])
    return [
        (str(group[0]) if len(group) == 1 else f"{group[0]}-{group[-1]}", times[group[0] - 1])
        for group in groups
    ]


def _tooltip(chart: Chart) -> Mapping[str, Any]:
    return {
        "trigger": "axis",
        "confine": True,
        "axisPointer": {"type": "line", "lineStyle": {"color": "var(--line-strong)"}},
        "backgroundColor": "var(--surface)",
        "borderColor": "var(--line)",
        "textStyle": {"color": "var(--ink)", "fontSize": 12},
        ":valueFormatter": chart.format,
    }
