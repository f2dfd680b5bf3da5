"""What a run's metrics come to: a table with intervals, judges with how far they agree with people, and by tag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from answerable.console.elements import Markup, Tag
from answerable.console.parts.calibration import render_calibration
from answerable.console.parts.evaluations.addresses import to_run
from answerable.console.parts.evaluations.numbers import (
    find_scale,
    render_range,
    write_interval,
    write_metric_name,
)
from answerable.evaluation.judging.calibration.types import Found
from answerable.evaluation.reports.texts import show_value
from answerable.evaluation.runs.slices import TagSummary
from answerable.evaluation.runs.types import EvalRun, MetricSummary
from answerable.evaluation.types import Metric

_HEADS: Final = ("Metric", "", "Mean", "95 % interval", "Examples", "")


def build_summary(
    run: EvalRun, summary: Sequence[MetricSummary], calibrations: Mapping[str, Found | None]
) -> None:
    """Build the table. `calibrations` are those of the judges among the evaluators, None where there is none."""
    shown = [one for one in summary if one.n or one.missing]
    if not shown:
        Tag("p", "Nothing is scored yet." if run.state == "running" else "Nothing was scored.", "quiet")
        return
    with Tag("div", "", "table-scroll"), Tag("table", "", "table metrics summary"):
        with Tag("thead"), Tag("tr"):
            for place, head in enumerate(_HEADS):
                Tag("th", head, "is-number" if place in {2, 3, 4} else "")
        with Tag("tbody"):
            for one in shown:
                _build_row(run, one, calibrations)


def _build_row(run: EvalRun, one: MetricSummary, calibrations: Mapping[str, Found | None]) -> None:
    metric = get_metric(run, one)
    with Tag("tr", data_metric=one.metric):
        with Tag("td", "", "metric-cell"):
            Markup(write_metric_name(metric))
            if one.evaluator != one.metric:
                Tag("span", one.evaluator, "quiet")
            if one.evaluator in calibrations:
                Markup(render_calibration(calibrations[one.evaluator]))
        with Tag("td", "", "metric-line"):
            Markup(render_range(one, find_scale(metric, one)))
        Tag("td", show_value(one.mean, one.unit), "is-number metric-mean")
        _build_interval(one)
        with Tag("td"):
            if one.missing:
                tip = "Outputs without a score: the evaluator abstained or crashed"
                Tag("span", f"{one.missing:,} missing", "tag is-changed", data_tip=tip)


def build_slices(run: EvalRun, slices: Sequence[TagSummary], *, metric: str) -> None:
    """Build one metric on the examples of each tag; links choose another."""
    names = [
        name for name in run.metrics if any(name == one.metric for part in slices for one in part.metrics)
    ]
    if not names:
        with Tag("div", "", "empty"):
            Tag("p", "No example that was scored has a tag.", "callout-title")
        return
    chosen = metric if metric in names else names[0]
    with Tag("nav", "", "periods metric-choice", aria_label="Metric"):
        for name in names:
            here = "true" if name == chosen else None
            Tag("a", name, "period", href=to_run(run.id, view="tags", metric=name), aria_current=here)
    rows = [(part.tag, one) for part in slices for one in part.metrics if one.metric == chosen]
    described = run.metrics[chosen]
    scale = find_scale(described, *(one for _, one in rows))
    with Tag("div", "", "table-scroll"), Tag("table", "", "table metrics summary"):
        with Tag("thead"), Tag("tr"):
            for place, head in enumerate(("Tag", *_HEADS[1:5])):
                Tag("th", head, "is-number" if place > 1 else "")
        with Tag("tbody"):
            for tag, one in rows:
                _build_slice(run, tag, one, scale)


def _build_slice(run: EvalRun, tag: str, one: MetricSummary, scale: tuple[float, float]) -> None:
    with Tag("tr"):
        with Tag("td", "", "metric-cell"):
            Tag("a", tag, href=to_run(run.id, tag=tag), data_tip="The examples with this tag")
        with Tag("td", "", "metric-line"):
            Markup(render_range(one, scale))
        Tag("td", show_value(one.mean, one.unit), "is-number metric-mean")
        _build_interval(one)


def _build_interval(one: MetricSummary) -> None:
    Tag("td", write_interval(one), "is-number metric-interval")
    noun = "example" if one.n == 1 else "examples"
    Tag("td", f"{one.n:,}", "is-number metric-count", data_of=noun)


def get_metric(run: EvalRun, one: MetricSummary) -> Metric:
    """Return how the evaluator describes the metric."""
    found = (
        metric
        for evaluator in run.evaluators
        if evaluator.id == one.evaluator
        for metric in evaluator.metrics
        if metric.name == one.metric
    )
    return next(found, Metric(one.metric, one.better, one.kind, one.unit))
