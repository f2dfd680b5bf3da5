"""What reports say of inputs, outputs and numbers, as plain text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from answerable.datasets.types import Example
from answerable.evaluation.runs.types import ItemResult, MetricSummary
from answerable.evaluation.types import Metric, Output

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
"""What may stand in no XML, and shows nothing in HTML."""


def clean(text: str) -> str:
    """Return the text without characters that XML does not allow."""
    return _CONTROL.sub("\ufffd", text)


def shorten(text: str, most: int) -> str:
    """Return at most so many characters; a cut text ends in an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def show_input(example: Example | None) -> str:
    """Return the only variable of the input alone, more of them with their names."""
    if example is None:
        return "(erased)"
    values: Mapping[str, Any] = example.input
    if len(values) == 1:
        return show(next(iter(values.values())))
    return "\n".join(f"{name}: {show(value)}" for name, value in values.items())


def show_expected(example: Example | None) -> str:
    if example is None:
        return ""
    if example.refuse:
        return "(no answer)"
    texts = [] if example.expected is None else [show(example.expected)]
    return " | ".join([*texts, *example.acceptable])


def show_output(output: Output | None) -> str:
    if output is None:
        return ""
    return show(output.data) if output.data is not None and not output.text else output.text


def show(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def count_examples(count: int) -> str:
    return f"{count:,} example{'' if count == 1 else 's'}"


def show_spend(known: Decimal, unpriced: int) -> str:
    """Return what is known to be spent, and how many calls have no price; those alone are never shown as $0."""
    if not unpriced:
        return f"${known:.4f}"
    calls = f"{unpriced} {'call' if unpriced == 1 else 'calls'} of unknown price"
    return f"${known:.4f}, {calls}" if known else calls


def show_value(value: float | None, unit: str = "") -> str:
    """Return a number as people read it: shares with three digits, other units with as many as say something."""
    if value is None:
        return "–"
    value += 0.0  # no number is shown as -0
    if not unit:
        return f"{value:.3f}"
    if unit == "USD":
        return f"{'-' if value < 0 else ''}${abs(value):.6f}"
    return f"{value:,.0f} {unit}" if abs(value) >= 100 else f"{value:.3g} {unit}"


def show_change(value: float, unit: str = "") -> str:
    """Return a difference with its sign; none at all has none."""
    shown = show_value(abs(value), unit)
    return f"{'−' if value < 0 else '+'}{shown}" if value else shown


def show_interval(summary: MetricSummary) -> str:
    if summary.low is None or summary.high is None:
        return "–"
    low = show_value(summary.low, summary.unit)
    return f"{low.removesuffix(f' {summary.unit}')} – {show_value(summary.high, summary.unit)}"


def list_trust(summary: Iterable[MetricSummary]) -> list[tuple[str, str]]:
    """Return the judges of a run, each with how far it agrees with people."""
    return list({one.evaluator: one.trust for one in summary if one.trust}.items())


def show_scores(result: ItemResult, metrics: Mapping[str, Metric]) -> str:
    """Return the scores of an item in one line, as good as possible last; what has a unit is left out."""
    shown = [one for one in result.scores if one.metric not in metrics or not metrics[one.metric].unit]
    shown.sort(key=lambda one: one.value is not None and one.value == _find_best(metrics.get(one.metric)))
    return ", ".join(
        f"{one.metric} {'error' if one.error else '–' if one.value is None else f'{one.value:.3g}'}"
        for one in shown
    )


def _find_best(metric: Metric | None) -> float | None:
    if metric is None:
        return None
    return metric.highest if metric.better == "higher" else metric.lowest
