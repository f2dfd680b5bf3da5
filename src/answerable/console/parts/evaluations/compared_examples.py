"""The examples of two runs that differ, both outputs side by side with the words that differ."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, Literal
from uuid import UUID

from answerable.console.elements import Button, Markup, Select, Tag
from answerable.console.parts.evaluations.addresses import COMPARE_PATH
from answerable.console.parts.evaluations.numbers import name_run
from answerable.console.visitor import Visitor
from answerable.core.word_diff import mark_words
from answerable.evaluation.reports.texts import show_expected, show_input, show_output, show_value
from answerable.evaluation.runs.comparing import Means
from answerable.evaluation.runs.types import EvalRun, ItemResult, ResultFilter
from answerable.evaluation.types import Metric

Kind = Literal["won", "lost", "same", "all"]
KINDS: Final[dict[str, str]] = {"lost": "Lost", "won": "Won", "same": "Alike", "all": "All"}
PAGE: Final = 10


@dataclass(frozen=True, slots=True)
class Pair:
    """An example in both runs: what a metric was in each, and how much better the second is."""

    key: str
    before: float
    after: float
    gain: float


def find_pairs(metric: Metric, before: Means, after: Means, kind: str) -> list[Pair]:
    """Return the examples of a kind, those that differ most first."""
    sign = 1.0 if metric.better == "higher" else -1.0
    pairs = [
        Pair(key, before[key][0], after[key][0], sign * (after[key][0] - before[key][0]))
        for key in before.keys() & after.keys()
    ]
    wanted = {
        "won": lambda one: one.gain > 0,
        "lost": lambda one: one.gain < 0,
        "same": lambda one: one.gain == 0,
    }
    chosen = [one for one in pairs if kind not in wanted or wanted[kind](one)]
    return sorted(chosen, key=lambda one: (-abs(one.gain), one.key))


class ComparedExamples:
    """Examples of the first run and of another, by one metric; more of them on demand."""

    def __init__(self, visitor: Visitor, runs: tuple[EvalRun, EvalRun], metric: Metric, kind: str) -> None:
        self._visitor = visitor
        self._runs = runs
        self._metric = metric
        self._kind = kind
        self._pairs: list[Pair] = []
        self._shown = 0
        with Tag("section", "", "section", id="examples", aria_label="Examples"):
            Tag("h2", "Examples")
            self._form = Tag("div")
            self._place = Tag("div", "", "pairs")
            with Tag("div", "", "paging"):
                self._count = Tag("span", "", role="status")
                self._more = Button("More", data_more="").on("click", self.show_more)

    async def show(self) -> None:
        """Show the first of them."""
        evals = self._visitor.services.evals
        before, after = [(await evals.list_means(run.id)).get(self._metric.name, {}) for run in self._runs]
        self._pairs = await asyncio.to_thread(find_pairs, self._metric, before, after, self._kind)
        with self._form:
            _build_form(self._runs, self._metric, self._kind)
        await self._add()

    async def show_more(self) -> None:
        await self._visitor.check_reader()
        await self._add()

    async def _add(self) -> None:
        pairs = self._pairs[self._shown : self._shown + PAGE]
        found = [[await self._find(run.id, pair.key) for run in self._runs] for pair in pairs]
        html = await asyncio.to_thread(
            lambda: "".join(
                _render_pair(pair, both, self._metric) for pair, both in zip(pairs, found, strict=True)
            )
        )
        self._shown += len(pairs)
        with self._place:
            if html:
                Markup(html)
        self._more.set_visibility(self._shown < len(self._pairs))
        total = f"{self._shown:,} of {len(self._pairs):,}, those that differ most first"
        self._count.set_text(total if self._pairs else "No example is of this kind.")

    async def _find(self, run: UUID, key: str) -> ItemResult | None:
        page = await self._visitor.services.evals.list_results(run, ResultFilter(key=key), limit=1)
        return page.results[0] if page.results else None


def _build_form(runs: Sequence[EvalRun], metric: Metric, kind: str) -> None:
    with Tag("form", "", "filters", method="get", action=f"{COMPARE_PATH}#examples", data_submits=""):
        for run in runs:
            Tag("input", type="hidden", name="run", value=str(run.id))
        with Tag("div", "", "filters-common"):
            names = {name: name for name in runs[0].metrics if name in runs[1].metrics}
            Select(names, value=metric.name, label="Metric").set_attribute("name", "metric")
            Select(KINDS, value=kind, label="Which").set_attribute("name", "show")
            Tag("span", f"{name_run(runs[1])} against {name_run(runs[0])}", "quiet pairs-names", dir="auto")


def _render_pair(pair: Pair, both: Sequence[ItemResult | None], metric: Metric) -> str:
    example = next((one.example for one in both if one is not None and one.example is not None), None)
    before, after = (_write_output(one) for one in both)
    left, right = mark_words(before, after)
    values = [show_value(value, metric.unit) for value in (pair.before, pair.after)]
    word, style = (
        ("won", "is-added") if pair.gain > 0 else ("lost", "is-removed") if pair.gain < 0 else ("alike", "")
    )
    expected = show_expected(example)
    return "".join(
        (
            f'<article class="pair" data-pair="{escape(pair.key)}"><header class="pair-head">',
            f'<h3 dir="auto">{escape(show_input(example))}</h3><span class="tag {style}">{word}</span></header>',
            f'<p class="example-key">{escape(pair.key)}</p>',
            f'<p class="pair-expected" dir="auto"><span class="label">Expected</span> {escape(expected)}</p>'
            if expected
            else "",
            '<div class="values">',
            *_render_sides(values, (left, right), both, metric),
            "</div></article>",
        )
    )


def _render_sides(
    values: Sequence[str], texts: Sequence[str], both: Sequence[ItemResult | None], metric: Metric
) -> Iterator[str]:
    for side, value, text, result in zip(("before", "after"), values, texts, both, strict=True):
        reason = _find_reason(result, metric)
        note = f'<p class="pair-reason" dir="auto">{escape(reason)}</p>' if reason else ""
        trace = result.output.trace_id if result is not None and result.output is not None else None
        link = f' <a href="/traces/{escape(trace)}">Trace</a>' if trace else ""
        yield (
            f'<div class="pair-side"><p class="pair-value"><b>{value}</b>{link}</p>'
            f'<pre class="value is-{side}" dir="auto">{text or "(empty)"}</pre>{note}</div>'
        )


def _write_output(result: ItemResult | None) -> str:
    if result is None:
        return "(not there)"
    return show_output(result.output) if result.output is not None else f"(failed: {result.error})"


def _find_reason(result: ItemResult | None, metric: Metric) -> str:
    scores = () if result is None else result.scores
    return next((one.error or one.reason for one in scores if one.metric == metric.name), "")


def choose_metric(runs: Sequence[EvalRun], wanted: str) -> Metric | None:
    """Return the metric that is wanted where both have it, else the first that both have."""
    shared: Mapping[str, Metric] = {
        name: one for name, one in runs[0].metrics.items() if name in runs[1].metrics
    }
    return shared.get(wanted) or next(iter(shared.values()), None)
