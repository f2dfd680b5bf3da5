"""Runs side by side: each metric with its paired difference from the first run, and the examples that differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from answerable.console.elements import Markup, Tag
from answerable.console.parts.evaluations.addresses import to_comparison, to_run
from answerable.console.parts.evaluations.numbers import (
    name_run,
    render_difference,
    write_metric_name,
    write_signed,
)
from answerable.console.parts.evaluations.run_rows import write_spent
from answerable.evaluation.reports.texts import show_value
from answerable.evaluation.runs.comparing import MetricComparison, PairedDifference, RunComparison
from answerable.evaluation.runs.types import EvalRun

_SURE: Final = 0.001


def build_comparison(comparison: RunComparison) -> None:
    """Build the table: metrics down, runs across."""
    runs = comparison.runs
    with Tag("div", "", "table-scroll"), Tag("table", "", "table metrics compared"):
        with Tag("thead"), Tag("tr"):
            Tag("th", "Metric")
            for place, run in enumerate(runs):
                _build_head(run, comparison, place)
        with Tag("tbody"):
            for one in comparison.metrics:
                if any(summary and summary.n for summary in one.summaries):
                    _build_row(one, runs)
            with Tag("tr"):
                Tag("td", "Spent", "metric-cell")
                for run in runs:
                    with Tag("td", "", "compared-cell", data_of=name_run(run)):
                        Tag("span", write_spent(run))
    Tag(
        "p",
        "Differences are those of the same examples, from the first run, with their 95 % interval. Without a colour the"
        " data cannot tell which is better; several metrics are looked at, so a single one at .05 proves little.",
        "quiet compare-note",
    )


def _build_head(run: EvalRun, comparison: RunComparison, place: int) -> None:
    with Tag("th", "", "run-head-cell"):
        Tag("a", name_run(run), href=to_run(run.id), dir="auto")
        Tag("code", run.variant_hash[:12], "quiet")
        if place == 0:
            Tag("span", "baseline", "tag")
            return
        ids = [run.id, *(other.id for other in comparison.runs if other.id != run.id)]
        Tag("a", "Make it the baseline", "quiet", href=to_comparison(ids))


def _build_row(one: MetricComparison, runs: Sequence[EvalRun]) -> None:
    reach = _find_reach(one)
    with Tag("tr", data_metric=one.metric.name):
        with Tag("td", "", "metric-cell"):
            Markup(write_metric_name(one.metric))
            trust = next((summary.trust for summary in one.summaries if summary and summary.trust), "")
            if trust:
                Tag("span", f"a judge: {trust}", "quiet judge-trust")
        for place, run in enumerate(runs):
            summary, difference = one.summaries[place], one.differences[place]
            with Tag("td", "", "compared-cell", data_of=name_run(run)):
                Tag("b", "–" if summary is None else show_value(summary.mean, one.metric.unit))
                if difference is not None:
                    _build_difference(one, difference, reach, runs[0], run)
                elif place and summary is not None:
                    Tag("span", "not comparable", "quiet", data_tip=_explain(one, place))


def _build_difference(
    one: MetricComparison, difference: PairedDifference, reach: float, first: EvalRun, run: EvalRun
) -> None:
    good = tell(one, difference)
    unit = one.metric.unit
    word = {True: "better", False: "worse", None: "not told apart"}[good]
    style = {True: "is-good", False: "is-bad", None: ""}[good]
    Markup(render_difference(difference.low, difference.high, difference.mean, reach=reach, good=good))
    interval = f"{write_signed(difference.low, unit)} to {write_signed(difference.high, unit)}"
    with Tag("span", "", f"compared-words {style}".rstrip()):
        Tag("span", f"{write_signed(difference.mean, unit)} ({interval})")
        Tag(
            "span",
            f"{word}, p {write_p(difference.p)}",
            "compared-verdict",
            data_tip=f"{difference.n:,} examples",
        )
    with Tag("span", "", "wins"):
        for kind, count in (("won", difference.improved), ("lost", difference.worsened)):
            address = to_comparison([first.id, run.id], metric=one.metric.name, show=kind)
            Tag("a", f"{count:,} {kind}", f"is-{kind}", href=f"{address}#examples")


def tell(one: MetricComparison, difference: PairedDifference) -> bool | None:
    """Return whether the run is surely better than the first, or surely worse; None where neither is sure."""
    if not difference.significant:
        return None
    return (difference.mean > 0) == (one.metric.better == "higher")


def write_p(value: float) -> str:
    """Return a p-value as people write it."""
    return "< .001" if value < _SURE else f"{value:.3f}".lstrip("0") if value < 1 else "1"


def _find_reach(one: MetricComparison) -> float:
    """Return how far the lines of a metric go from 0: to the furthest end of an interval."""
    ends = [abs(end) for found in one.differences if found for end in (found.low, found.high)]
    return max([end for end in ends if math.isfinite(end)], default=1.0) * 1.1 or 1.0


def _explain(one: MetricComparison, place: int) -> str:
    first, other = one.summaries[0], one.summaries[place]
    if first is None:
        return "The first run does not have this metric."
    if other is not None and (first.evaluator, first.version) != (other.evaluator, other.version):
        return "The evaluator is of another version: its scores are never put together."
    return "No example has a score in both."
