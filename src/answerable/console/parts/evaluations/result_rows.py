"""What came of examples, as rows: HTML, every foreign character escaped."""

from __future__ import annotations

from collections.abc import Iterable, Set
from html import escape
from typing import Final

from answerable.console.parts.past_inputs import shorten
from answerable.evaluation.reports.texts import show_input, show_output, show_value
from answerable.evaluation.runs.rating import Outcome, rate
from answerable.evaluation.runs.types import ItemResult, ItemScore
from answerable.evaluation.types import Metric

HEADS: Final = ("", "Input", "Output", "Scores")
OUTCOMES: Final[dict[Outcome, str]] = {
    "passed": "Right",
    "failed": "Wrong",
    "error": "Failed",
    "unrated": "Scored",
}
_SCORES: Final = 4


def render_row(result: ItemResult, rated: Set[str], metrics: dict[str, Metric]) -> str:
    """Return the button that opens a result. `rated` are the metrics that are right or wrong."""
    rating = rate(result, rated)
    repeat = f'<span class="quiet"> #{result.repeat + 1}</span>' if result.repeat else ""
    said = (
        escape(shorten(show_output(result.output)))
        if result.output
        else f"<em>{escape(shorten(result.error))}</em>"
    )
    title = OUTCOMES[rating.outcome]
    return (
        f'<button type="button" class="result-row" data-row="{result.position}.{result.repeat}">'
        f'<span class="result-mark is-{rating.outcome}" role="img" aria-label="{title}" data-tip="{title}"></span>'
        f'<span class="example-words"><span class="example-input" dir="auto">'
        f"{escape(shorten(show_input(result.example)))}</span>"
        f'<span class="example-key">{escape(result.example_key)}{repeat}</span></span>'
        f'<span class="example-expected" dir="auto">{said}</span>'
        f'<span class="result-scores">{render_scores(result, metrics)}</span></button>'
    )


def render_scores(result: ItemResult, metrics: dict[str, Metric]) -> str:
    """Return the first scores; bounded ones that are at their worst stand out."""
    first = order_scores(result.scores, metrics)[:_SCORES]
    shown = [_render_score(one, metrics.get(one.metric)) for one in first]
    more = len(result.scores) - _SCORES
    return "".join(shown) + (f'<span class="quiet">+{more}</span>' if more > 0 else "")


def order_scores(scores: Iterable[ItemScore], metrics: Iterable[str]) -> list[ItemScore]:
    """Return the scores in the order of the run's metrics, which is that of everything else about the run."""
    places = {name: place for place, name in enumerate(metrics)}
    return sorted(scores, key=lambda one: places.get(one.metric, len(places)))


def _render_score(one: ItemScore, metric: Metric | None) -> str:
    name = escape(one.metric or one.evaluator)
    if one.error:
        return (
            f'<span class="score-chip is-error" data-tip="{escape(shorten(one.error))}">{name} crashed</span>'
        )
    if one.value is None:
        return f'<span class="score-chip is-none">{name} –</span>'
    unit = metric.unit if metric else ""
    return f'<span class="score-chip {judge_value(one.value, metric)}">{name} <b>{_write(one.value, unit)}</b></span>'


def judge_value(value: float, metric: Metric | None) -> str:
    """Return a style for values at the ends of what a metric can be; none in between."""
    if metric is None or metric.lowest is None or metric.highest is None:
        return ""
    best, worst = (
        (metric.highest, metric.lowest) if metric.better == "higher" else (metric.lowest, metric.highest)
    )
    return "is-good" if value == best else "is-bad" if value == worst else ""


def _write(value: float, unit: str) -> str:
    return f"{value:g}" if not unit and value in {0, 1} else show_value(value, unit)
