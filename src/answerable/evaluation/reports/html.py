"""The report of a run as one HTML file that needs nothing else: metrics with intervals, charts, examples to filter."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence, Set
from html import escape
from importlib.resources import files
from typing import Any, Final

from answerable.evaluation.reports.texts import (
    clean,
    list_trust,
    shorten,
    show_expected,
    show_input,
    show_interval,
    show_output,
    show_spend,
    show_value,
)
from answerable.evaluation.runs.rating import list_rated, rate
from answerable.evaluation.runs.types import EvalRun, ItemResult, MetricSummary

_TEXT: Final = 6_000
_PASSAGE: Final = 1_500
_PASSAGES: Final = 8
_WIDTH: Final = 160
"""Pixels from the lowest value to the highest in the chart of an interval."""


async def render_html(run: EvalRun, batches: AsyncIterator[Sequence[ItemResult]]) -> AsyncIterator[str]:
    """Yield the parts of the file; one result is held at a time."""
    before, after = _read_template().split("{{items}}\n")
    measured = {one.metric for one in run.summary}
    shown = [{"name": name, "unit": one.unit} for name, one in run.metrics.items() if name in measured]
    title = f"{run.app}@{run.variant} on {run.dataset}@{run.version}"
    yield (
        before.replace("{{title}}", escape(title))
        .replace("{{head}}", _render_head(run, title))
        .replace("{{metrics}}", _render_metrics(run.summary))
        .replace("{{metric_names}}", _to_script(shown))
    )
    rated = list_rated(run)
    # What is right or wrong and what is a share first, times and amounts last.
    names = sorted(run.metrics, key=lambda name: (name not in rated, bool(run.metrics[name].unit)))
    places = {name: place for place, name in enumerate(names)}
    async for batch in batches:
        for item in batch:
            yield f"{_to_script(_describe(item, rated, places))},\n"
    yield after


def _read_template() -> str:
    return files("answerable.evaluation.reports").joinpath("report.html").read_text(encoding="utf-8")


def _render_head(run: EvalRun, title: str) -> str:
    what = (
        f"Variant <code>{_html(run.variant_id)}</code>"
        if run.target == "app"
        else f"<code>{_html(run.target)}</code>"
    )
    part = "".join(
        [f", split {_html(run.split)}" if run.split else "", *[f", tag {_html(tag)}" for tag in run.tags]]
    )
    spent = show_spend(run.cost_usd + run.judge_cost_usd, run.unpriced)
    judges = f" (judges ${run.judge_cost_usd:.4f})" if run.judge_cost_usd else ""
    lines = [
        f"<h1>{_html(title)}</h1>",
        f'<p class="dim">{what}{part}. {run.done} of {run.total} settled, {run.failed} without an output,'
        f" {run.reused} reused. Spent: {spent}{judges}."
        f" {run.created_at:%Y-%m-%d %H:%M} UTC{', by ' + _html(run.by) if run.by else ''}.</p>",
    ]
    if run.note:
        lines.append(f"<p>{_html(run.note)}</p>")
    if run.state != "done":
        lines.append(
            f'<p class="note">This run is {run.state}: {_html(run.reason or "it was interrupted")}</p>'
        )
    return "\n".join(lines)


def _render_metrics(summary: Sequence[MetricSummary]) -> str:
    head = (
        '<tr><th>metric</th><th class="number">mean</th><th class="number">95 % interval</th><th></th>'
        '<th class="number">examples</th><th class="number">missing</th></tr>'
    )
    rows = "\n".join(_render_metric(one) for one in summary if one.n or one.missing)
    judges = "".join(
        f'<p class="dim"><code>{_html(judge)}</code> is a judge: {_html(trust)}.</p>'
        for judge, trust in list_trust(summary)
    )
    return f"<table><thead>{head}</thead><tbody>\n{rows}\n</tbody></table>{judges}"


def _render_metric(one: MetricSummary) -> str:
    better = "" if one.better == "higher" else ' <span class="dim" title="lower is better">↓</span>'
    numbers = [show_value(one.mean, one.unit), show_interval(one)]
    cells = "".join(f'<td class="number">{text}</td>' for text in numbers)
    counts = f'<td class="number">{one.n}</td><td class="number">{one.missing}</td>'
    return f"<tr><td><code>{_html(one.metric)}</code>{better}</td>{cells}<td>{_draw_interval(one)}</td>{counts}</tr>"


def _draw_interval(one: MetricSummary) -> str:
    """Return the interval on a line from 0 to 1; nothing for a metric with a unit."""
    if one.unit or one.mean is None or one.low is None or one.high is None or not 0 <= one.mean <= 1:
        return ""
    low, mean, high = (4 + _WIDTH * min(max(value, 0.0), 1.0) for value in (one.low, one.mean, one.high))
    return (
        f'<svg width="{_WIDTH + 8}" height="16" role="img" aria-label="{one.mean:.3f}">'
        f'<line class="axis" x1="4" x2="{_WIDTH + 4}" y1="8" y2="8"/>'
        f'<line class="span" x1="{low:.1f}" x2="{high:.1f}" y1="8" y2="8"/>'
        f'<circle class="dot" cx="{mean:.1f}" cy="8" r="4"/></svg>'
    )


def _describe(item: ItemResult, rated: Set[str], places: Mapping[str, int]) -> dict[str, Any]:
    output = item.output
    repeat = f" #{item.repeat + 1}" if item.repeat else ""
    return {
        "key": clean(item.example_key) + repeat,
        "outcome": rate(item, rated).outcome,
        "asked": _text(show_input(item.example)),
        "expected": _text(show_expected(item.example)),
        "given": _text(show_output(output)),
        "error": _text(item.error),
        "tags": list(item.tags),
        "trace": "" if output is None else output.trace_id or "",
        "passages": []
        if output is None
        else [shorten(clean(one.text), _PASSAGE) for one in output.passages[:_PASSAGES]],
        "scores": [
            {"metric": one.metric, "value": one.value, "reason": _text(one.reason), "error": _text(one.error)}
            for one in sorted(item.scores, key=lambda one: places.get(one.metric, len(places)))
        ],
    }


def _text(text: str) -> str:
    return clean(shorten(text, _TEXT))


def _html(text: str) -> str:
    return escape(clean(text))


def _to_script(value: Any) -> str:
    """Return JSON that may stand in a script element: nothing in it can end that."""
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
