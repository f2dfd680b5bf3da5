"""Which of a run's results are meant: the words of the address, and the form that writes them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from answerable.console.elements import Select, Tag
from answerable.console.parts.evaluations.addresses import to_run
from answerable.console.parts.filter_fields import build_line, build_search
from answerable.evaluation.runs.types import EvalRun, ResultFilter

_BOUNDS = {"below": "below", "above": "above"}


@dataclass(frozen=True, slots=True)
class ResultQuery:
    """`bound` is a number as text; without it, or without a metric, `side` and the metric do not count."""

    text: str = ""
    tag: str = ""
    failed: bool = False
    metric: str = ""
    side: str = "below"
    bound: str = ""

    @property
    def is_set(self) -> bool:
        return bool(self.text or self.tag or self.failed or (self.metric and self.bound))

    def to_filter(self) -> ResultFilter:
        """Return the filter; a bound that is no number is passed over."""
        bound = _read_number(self.bound)
        metric = self.metric if self.metric and bound is not None else None
        return ResultFilter(
            failed=self.failed or None,
            metric=metric,
            below=bound if metric and self.side == "below" else None,
            above=bound if metric and self.side == "above" else None,
            tag=self.tag or None,
            text=self.text or None,
        )


def read_query(values: Mapping[str, str]) -> ResultQuery:
    """Return what the address says."""
    side = values.get("side", "")
    return ResultQuery(
        text=values.get("text", "")[:500],
        tag=values.get("tag", "")[:100],
        failed=values.get("failed", "") == "yes",
        metric=values.get("metric", "")[:100],
        side=side if side in _BOUNDS else "below",
        bound=values.get("bound", "")[:40],
    )


def build_filters(run: EvalRun, query: ResultQuery) -> None:
    """Build the form; it applies by itself (evaluation.js)."""
    with Tag("form", "", "filters", method="get", action=to_run(run.id), role="search", data_submits=""):
        with Tag("div", "", "filters-common"):
            build_search("Words in questions and answers", query.text)
            build_line("tag", "Tag", query.tag, longest=100)
            _build_bound(run, query)
            with Tag("label", "", "check"):
                checked = "checked" if query.failed else None
                Tag("input", type="checkbox", name="failed", value="yes", checked=checked)
                Tag("span", "Failed")
        if query.is_set:
            with Tag("p", "", "filters-clear"):
                Tag("a", "Without filters", "link-button", href=to_run(run.id))


def _build_bound(run: EvalRun, query: ResultQuery) -> None:
    metrics = {"": "Any metric", **{name: name for name in run.metrics}}
    with Tag("span", "", "bound"):
        for name, options, value, label in (
            ("metric", metrics, query.metric, "Metric"),
            ("side", _BOUNDS, query.side, "Below or above"),
        ):
            Select(options, value=value, label=label).set_attribute("name", name)
        Tag(
            "input", "", "input is-filter is-bound", type="number", step="any", name="bound", value=query.bound,
            placeholder="0.5", aria_label="Bound",
        )  # fmt: skip


def _read_number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
