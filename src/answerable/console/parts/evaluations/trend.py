"""Each metric of an app over time: a point a run, its interval around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from nicegui import ui

from answerable.console.elements import Tag
from answerable.console.parts.evaluations.numbers import name_run
from answerable.evaluation.reports.texts import show_value
from answerable.evaluation.runs.types import EvalRun, MetricSummary

_FONT: Final = "Inter, Roboto, Helvetica Neue, Noto Sans, sans-serif"  # a list that a canvas can measure with
_PALETTE: Final = ("--accent", "--good", "--fair", "--bad", "--ink-soft")
_TOOLTIP: Final = "point => point.data.told ?? ''"

Point = tuple[EvalRun, MetricSummary]


def build_trend(runs: Sequence[EvalRun]) -> None:
    """Build a chart for each metric. Lines are of one version of a dataset: others were asked other things."""
    done = sorted((run for run in runs if run.state == "done"), key=lambda run: run.created_at)
    charts = list_points(done)
    if not charts:
        with Tag("div", "", "empty"):
            Tag("p", "There is no trend yet.", "callout-title")
            Tag("p", "It takes runs that are done, of one app.")
        return
    with Tag("div", "", "charts"):
        for metric, lines in charts.items():
            _build_chart(metric, lines)


def list_points(runs: Sequence[EvalRun]) -> dict[str, dict[str, list[Point]]]:
    """Return the points by metric and by what makes them one line.

    That is the dataset version, the part of it, what of the app was asked, and the evaluator's version.
    """
    found: dict[str, dict[str, list[Point]]] = {}
    for run in runs:
        for one in run.summary:
            if one.mean is not None:
                lines = found.setdefault(one.metric, {})
                lines.setdefault(_name_line(run, one, lines), []).append((run, one))
    return found


def to_options(lines: Mapping[str, Sequence[Point]]) -> dict[str, Any]:
    """Return a metric's lines as ECharts takes them."""
    series = [
        one
        for place, (name, points) in enumerate(lines.items())
        for one in _to_series(name, points, f"var({_PALETTE[place % len(_PALETTE)]})")
    ]
    return {
        "animation": False,
        "textStyle": {"fontFamily": _FONT, "color": "var(--ink-soft)"},
        "grid": {"left": 4, "right": 12, "top": 34, "bottom": 4, "containLabel": True},
        "legend": {
            "data": list(lines),
            "left": 0,
            "top": 0,
            "icon": "roundRect",
            "itemWidth": 10,
            "itemHeight": 10,
            "textStyle": {"color": "var(--ink-soft)", "fontSize": 12},
            "inactiveColor": "var(--line-strong)",
        },
        "tooltip": {
            "trigger": "item",
            "confine": True,
            "backgroundColor": "var(--surface)",
            "borderColor": "var(--line)",
            "textStyle": {"color": "var(--ink)", "fontSize": 12},
            ":formatter": _TOOLTIP,
        },
        "xAxis": {
            "type": "time",
            "axisLine": {"lineStyle": {"color": "var(--line-strong)"}},
            "axisTick": {"show": False},
            "axisLabel": {"color": "var(--ink-faint)", "hideOverlap": True, "fontSize": 11},
            "splitNumber": 5,
        },
        "yAxis": {
            "type": "value",
            "scale": True,
            "splitNumber": 3,
            "splitLine": {"lineStyle": {"color": "var(--line)"}},
            "axisLabel": {"color": "var(--ink-faint)", "fontSize": 11},
        },
        "series": series,
    }


def _build_chart(metric: str, lines: Mapping[str, Sequence[Point]]) -> None:
    first = next(iter(lines.values()))[0][1]
    with Tag("figure", "", "chart", data_chart=metric):
        with Tag("figcaption"):
            Tag("h2", metric)
            notes = [first.unit, "lower is better" if first.better == "lower" else "", "with 95 % intervals"]
            Tag("span", ", ".join(filter(None, notes)), "quiet")
        ui.echart(to_options(lines), renderer="svg")


def _name_line(run: EvalRun, one: MetricSummary, lines: Mapping[str, Sequence[Point]]) -> str:
    part = "".join([f" {run.split}" if run.split else "", *[f" {tag}" for tag in run.tags]])
    asked = (
        "" if run.target == "app" else f" {run.target}"
    )  # its retrieval alone takes a tenth of the time, say
    name = f"{run.dataset}@{run.version}{part}{asked}"
    while name in lines and lines[name][0][1].version != one.version:
        name += "′"  # scores of another version of the evaluator
    return name


def _to_series(name: str, points: Sequence[Point], colour: str) -> list[dict[str, Any]]:
    """Return the line, and the two that its band lies between."""
    band = {
        "type": "line",
        "stack": name,
        "stackStrategy": "all",
        "symbol": "none",
        "silent": True,
        "lineStyle": {"opacity": 0},
    }
    known = [(run, one) for run, one in points if one.low is not None and one.high is not None]
    lows = [[_at(run), one.low] for run, one in known]
    widths = [[_at(run), (one.high or 0.0) - (one.low or 0.0)] for run, one in known]
    return [
        {
            "name": name,
            "type": "line",
            "symbol": "circle",
            "symbolSize": 7,
            "itemStyle": {"color": colour},
            "lineStyle": {"color": colour, "width": 1.8},
            "emphasis": {"disabled": True},
            "data": [{"value": [_at(run), one.mean], "told": _tell(run, one)} for run, one in points],
        },
        {**band, "data": lows},
        {**band, "data": widths, "areaStyle": {"color": colour, "opacity": 0.14}},
    ]


def _at(run: EvalRun) -> float:
    return run.created_at.timestamp() * 1000


def _tell(run: EvalRun, one: MetricSummary) -> str:
    """Return what a point says, as text for a tooltip; ECharts takes it as HTML, so nothing in it may be a tag."""
    words = f"{name_run(run)}: {show_value(one.mean, one.unit)}"
    if one.low is not None and one.high is not None:
        words += f" ({show_value(one.low, one.unit)} to {show_value(one.high, one.unit)})"
    return words.replace("&", "&amp;").replace("<", "&lt;")
