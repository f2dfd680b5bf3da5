"""Everything that was measured on one dataset version, best first: variants down, metrics across, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from answerable.console.elements import Markup, Select, Tag
from answerable.console.parts.evaluations.addresses import PATH, to_comparison, to_list, to_run
from answerable.console.parts.evaluations.numbers import find_scale, name_run, render_range, write_interval
from answerable.console.parts.evaluations.run_rows import write_spent
from answerable.console.parts.traces.marks import render_moment
from answerable.evaluation.reports.texts import show_value
from answerable.evaluation.runs.types import EvalRun, MetricSummary
from answerable.evaluation.types import Metric

MOST_METRICS: Final = 8
_JUDGED: Final = "Scored by a judge: the page of a run says how far it agrees with people."


@dataclass(frozen=True, slots=True)
class Column:
    """A metric as one version of one evaluator gives it: other versions are never ranked among these."""

    metric: Metric
    evaluator: str
    version: str
    judged: bool = False

    def find(self, run: EvalRun) -> MetricSummary | None:
        """Return what the metric came to in a run; None where nothing was, or by another version."""
        wanted = (self.metric.name, self.evaluator, self.version)
        found = (one for one in run.summary if (one.metric, one.evaluator, one.version) == wanted)
        return next((one for one in found if one.mean is not None), None)


def build_leaderboard(runs: Sequence[EvalRun], *, ref: str, sort: str) -> None:
    """Build the table of a dataset version; without `ref` that of the newest run."""
    done = [run for run in runs if run.state == "done" and not run.split and not run.tags]
    refs = list(dict.fromkeys(to_ref(run) for run in done))
    if not refs:
        with Tag("div", "", "empty"):
            Tag("p", "Nothing was measured on a whole dataset yet.", "callout-title")
            Tag("p", "Runs that are done, on all examples of a version, stand here.")
        return
    chosen = ref if ref in refs else refs[0]
    _build_choice(refs, chosen)
    newest = keep_newest([run for run in done if to_ref(run) == chosen])
    columns = list_columns(newest)
    by = next((one for one in columns if one.metric.name == sort), columns[0] if columns else None)
    _build_table(rank(newest, by) if by else newest, columns, ref=chosen, by=by)


def to_ref(run: EvalRun) -> str:
    return f"{run.dataset}@{run.version}"


def keep_newest(runs: Sequence[EvalRun]) -> list[EvalRun]:
    """Return the newest run of each thing that was measured; `runs` are newest first."""
    found: dict[tuple[str, str, str], EvalRun] = {}
    for run in runs:
        found.setdefault((run.app, run.variant_hash, run.target), run)
    return list(found.values())


def list_columns(runs: Sequence[EvalRun]) -> list[Column]:
    """Return the metrics that some run has a mean of, each as in the newest run that has it."""
    found: dict[str, Column] = {}
    for run in runs:
        described = run.metrics
        judges = {one.id for one in run.evaluators if one.source == "judge"}
        for one in run.summary:
            if one.mean is not None:
                column = Column(described[one.metric], one.evaluator, one.version, one.evaluator in judges)
                found.setdefault(one.metric, column)
    return list(found.values())[:MOST_METRICS]


def rank(runs: Sequence[EvalRun], column: Column) -> list[EvalRun]:
    """Return the runs, the best by a metric first, those without it last."""
    sign = -1.0 if column.metric.better == "higher" else 1.0

    def place(run: EvalRun) -> tuple[bool, float]:
        one = column.find(run)
        return (True, 0.0) if one is None or one.mean is None else (False, sign * one.mean)

    return sorted(runs, key=place)


def _build_choice(refs: Sequence[str], chosen: str) -> None:
    with Tag("form", "", "filters", method="get", action=PATH, data_submits=""):
        Tag("input", type="hidden", name="view", value="leaderboard")
        with Tag("div", "", "filters-common"):
            select = Select({one: one for one in refs}, value=chosen, label="Dataset version")
            select.set_attribute("name", "ref")


def _build_table(runs: Sequence[EvalRun], columns: Sequence[Column], *, ref: str, by: Column | None) -> None:
    with Tag("div", "", "table-scroll"), Tag("table", "", "table metrics board"):
        with Tag("thead"), Tag("tr"):
            Tag("th", "")
            Tag("th", "Measured")
            for column in columns:
                _build_head(column, ref=ref, sorts=column is by)
            Tag("th", "Spent", "is-number")
        scaled = [
            (column, find_scale(column.metric, *(one for run in runs if (one := column.find(run)))))
            for column in columns
        ]
        with Tag("tbody"):
            for place, run in enumerate(runs, 1):
                _build_row(place, run, runs[0], scaled)


def _build_head(column: Column, *, ref: str, sorts: bool) -> None:
    metric = column.metric
    rises = metric.better == "lower"
    order = "ascending" if rises else "descending"
    arrow = (" ↑" if rises else " ↓") if sorts else ""
    with Tag("th", aria_sort=order if sorts else None):
        address = to_list(view="leaderboard", ref=ref, sort=metric.name)
        Tag("a", f"{metric.name}{arrow}", href=address, data_tip=metric.description or None)
        if column.judged:
            Tag("span", "judge", "tag", data_tip=_JUDGED)


def _build_row(
    place: int, run: EvalRun, best: EvalRun, scaled: Sequence[tuple[Column, tuple[float, float]]]
) -> None:
    with Tag("tr", data_run=str(run.id)):
        Tag("td", str(place), "place")
        with Tag("td", "", "metric-cell"):
            Tag("a", name_run(run), href=to_run(run.id), data_row=str(run.id), dir="auto")
            with Tag("span", "", "quiet"):
                Markup(render_moment(run.created_at), tag="span")
                if run is not best:
                    Tag("span", " · ")
                    Tag("a", "against the first", href=to_comparison([best.id, run.id]))
        for column, scale in scaled:
            with Tag("td", "", "board-cell"):
                _build_value(column, run, scale)
        Tag("td", write_spent(run), "is-number")


def _build_value(column: Column, run: EvalRun, scale: tuple[float, float]) -> None:
    one = column.find(run)
    if one is not None:
        Tag("b", show_value(one.mean, one.unit), data_tip=f"{one.n:,} examples")
        Markup(render_range(one, scale))
        Tag("span", write_interval(one), "quiet")
    elif any(other.metric == column.metric.name for other in run.summary):
        Tag("span", "other version", "quiet", data_tip="Scored by another version of the evaluator.")
    else:
        Tag("span", "–", "quiet")
