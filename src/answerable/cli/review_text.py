"""Queues and agreement on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn
from rich.table import Table

from answerable.cli.terminal import open_console
from answerable.reviews.agreement.estimate import Estimate
from answerable.reviews.reports import AgreementReport
from answerable.reviews.types import AnnotatorFacts, Progress, Queue, Taken


class FillProgress:
    """How many runs have come in so far, on a terminal; nothing elsewhere."""

    def __init__(self, *, quiet: bool) -> None:
        console = Console(stderr=True, highlight=False)
        self._bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            console=console,
            transient=True,
            disable=quiet or not console.is_terminal,
        )
        self._task = self._bar.add_task("Looking for runs")

    def __enter__(self) -> FillProgress:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def show(self, taken: Taken) -> None:
        self._bar.update(self._task, description=f"{taken.added:,} runs came in, {taken.known:,} were there")


def print_queues(queues: Sequence[tuple[Queue, Progress]]) -> None:
    table = Table("Queue", "Open", "Disputed", "Done", "Gold", "Labels", "People", "State", box=None)
    table.columns[0].no_wrap = True
    for queue, progress in queues:
        table.add_row(
            queue.name, f"{progress.open:,}", f"{progress.disputed:,}", f"{progress.done:,}", f"{progress.gold:,}",
            ", ".join(label.name for label in queue.spec.labels), str(queue.spec.annotators),
            queue.problem or queue.state,
        )  # fmt: skip
    open_console().print(table)


def print_annotators(annotators: Sequence[AnnotatorFacts]) -> None:
    table = Table("Annotator", "Items", "Median s", "With most", "Gold right", "Last", box=None)
    for facts in annotators:
        table.add_row(
            facts.annotator, f"{facts.items:,}", f"{facts.median_seconds:.1f}", _share(facts.agrees, facts.compared),
            _share(facts.gold, facts.gold_items), f"{facts.last_at:%Y-%m-%d %H:%M}",
        )  # fmt: skip
    open_console().print(table)


def print_agreement(report: AgreementReport) -> None:
    console = open_console()
    console.print(f"{report.items:,} items with two annotations or more. In brackets: 95 % intervals.")
    table = Table("Label", "Measure", "Annotators", "Items", "Value", box=None)
    for label in report.labels:
        who = str(label.raters)
        rows = [("Krippendorff's alpha", who, label.alpha), ("Fleiss' kappa", who, label.fleiss)]
        if label.interval is not None:
            rows.insert(1, ("alpha, by size", who, label.interval))
        for pair in label.pairs:
            names = f"{pair.first}, {pair.second}"
            rows.append(("Cohen's kappa", names, pair.kappa))
            if pair.linear is not None and pair.quadratic is not None:
                rows += [
                    ("- linear weights", names, pair.linear),
                    ("- quadratic weights", names, pair.quadratic),
                ]
        for place, (measure, names, estimate) in enumerate(rows):
            table.add_row(
                label.label if place == 0 else "",
                measure,
                names,
                f"{estimate.items:,}",
                format_estimate(estimate),
            )
    console.print(table)


def format_estimate(estimate: Estimate) -> str:
    """Return `.71 (.62 to .79)`; what is not defined says so."""
    if estimate.value is None:
        return "not defined"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.2f}"
    return f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"


def _share(share: float | None, of: int) -> str:
    return "-" if share is None else f"{share:.0%} of {of:,}"
