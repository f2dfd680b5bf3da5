"""Eval runs as rows: HTML, every foreign character escaped."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from typing import Final

from answerable.console.parts.evaluations.addresses import to_run
from answerable.console.parts.evaluations.numbers import name_run
from answerable.console.parts.figures import format_cost
from answerable.console.parts.traces.marks import render_moment
from answerable.evaluation.reports.texts import show_value
from answerable.evaluation.runs.types import EvalRun, MetricSummary

STATES: Final = {"running": "Running", "done": "Done", "stopped": "Stopped", "failed": "Failed"}
_METRICS: Final = 4


def render_row(run: EvalRun) -> str:
    """Return a run with its box to choose it for a comparison."""
    name = escape(name_run(run))
    cells = (
        f'<span class="run-mark is-{run.state}" role="img" aria-label="{STATES[run.state]}"'
        f' data-tip="{escape(describe_state(run))}"></span>',
        f'<span class="eval-words"><a class="eval-name" href="{to_run(run.id)}" data-row="{run.id}" dir="auto">'
        f"{name}</a>"
        f'<span class="eval-origin">{_render_origin(run)}</span></span>',
        f'<span class="eval-metrics">{render_progress(run) if run.state == "running" else _render_metrics(run)}</span>',
        f'<span class="eval-count">{count_outputs(run)}{_render_failed(run)}</span>',
        f'<span class="eval-cost">{write_spent(run)}</span>',
    )
    box = f'<input type="checkbox" name="run" value="{run.id}" aria-label="Compare {name}">'
    return f'<li class="eval-row" data-state="{run.state}"><label class="eval-box">{box}</label>{"".join(cells)}</li>'


def count_outputs(run: EvalRun) -> str:
    """Return how many outputs are settled, and of how many where some are not."""
    return f"{run.done:,} of {run.total:,}" if run.done < run.total else f"{run.total:,}"


def render_progress(run: EvalRun) -> str:
    """Return how far a run is, as HTML."""
    share = run.done / run.total if run.total else 0.0
    return (
        f'<span class="eval-progress" role="progressbar" aria-label="Examples settled" aria-valuenow="{share:.0%}">'
        f'<span class="eval-bar"><span style="width:{share:.2%}"></span></span><span>{count_outputs(run)}</span></span>'
    )


def describe_state(run: EvalRun) -> str:
    """Return what became of a run, in words."""
    if run.state == "running":
        return f"Running: {run.done:,} of {run.total:,}"
    reason = f": {run.reason}" if run.reason else ""
    return STATES[run.state] + reason


def write_spent(run: EvalRun) -> str:
    """Return what a run paid, as far as that is known."""
    spent = run.cost_usd + run.judge_cost_usd
    if run.unpriced:
        known = f"{format_cost(spent)} + " if spent else ""
        return f"{known}{run.unpriced:,} unknown"
    return format_cost(spent) if spent != Decimal(0) else "free"


def _render_origin(run: EvalRun) -> str:
    words = [render_moment(run.created_at), f"<code>{escape(run.dataset)}@{run.version}</code>"]
    words += [f"split {escape(run.split)}"] if run.split else []
    words += [escape(f"tags {', '.join(run.tags)}")] if run.tags else []
    words += [f"{run.repeats} times each"] if run.repeats > 1 else []
    words += [escape(run.note)] if run.note else []
    return " · ".join(words)


def _render_metrics(run: EvalRun) -> str:
    shown = [one for one in run.summary if one.mean is not None][:_METRICS]
    if shown:
        return "".join(_render_metric(one) for one in shown)
    return f'<span class="quiet">{escape(run.reason or STATES[run.state])}</span>'


def _render_metric(one: MetricSummary) -> str:
    return f'<span class="eval-metric"><span>{escape(one.metric)}</span><b>{show_value(one.mean, one.unit)}</b></span>'


def _render_failed(run: EvalRun) -> str:
    if not run.failed:
        return ""
    return f'<span class="eval-failed" data-tip="The target gave nothing">{run.failed:,} failed</span>'
