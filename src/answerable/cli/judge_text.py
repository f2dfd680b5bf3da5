"""Judges and their calibrations on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from answerable.cli.terminal import open_console
from answerable.evaluation.judging.calibration.types import Agreement, Calibration, Found, JudgeStatus
from answerable.evaluation.judging.calibration.wording import describe_kappa, describe_span, describe_trust
from answerable.evaluation.statistics.ppi import Estimate


def print_judges(judges: Sequence[JudgeStatus]) -> None:
    table = Table("Judge", "Models", "Agrees with people", box=None)
    table.columns[0].no_wrap = True
    for status in judges:
        made = status.calibration
        trust = describe_trust(None if made is None else Found(made, status.stale))
        models = "needs a model" if status.problem else ", ".join(status.models)
        table.add_row(
            Text(f"{status.name}{' (built in)' if status.builtin else ''}"), Text(models), Text(trust)
        )
    open_console().print(table)


def print_calibration(made: Calibration) -> None:
    """Print how far a judge agrees: whole, by slice, over time, and where it goes wrong."""
    console = open_console()
    console.print(
        f"{made.app} ({made.variant}) against people's {made.label!r}: {made.agreement.items:,} answers, "
        f"{_describe_source(made)}",
        markup=False,
        soft_wrap=True,
    )
    console.print(_table_agreement(made))
    console.print(_table_confusion(made))
    for line in _list_findings(made):
        console.print(line, markup=False, soft_wrap=True)


def print_earlier(calibrations: Sequence[Calibration]) -> None:
    """Print calibrations in a line each, newest first: whether the judge came to agree more, or less."""
    table = Table("Calibrated", "Variant", "Answers", "", "Same (95 %)", "Kappa (95 %)", box=None)
    for column in table.columns:
        column.no_wrap = True
    for made in calibrations:
        items, same, kappa, *_ = _describe(made.agreement)
        when = f"{made.created_at:%Y-%m-%d %H:%M}"
        table.add_row(when, Text(made.variant), items, Text(_describe_source(made)), same, kappa)
    open_console().print(table)


def _describe_source(made: Calibration) -> str:
    span = describe_span(made)
    return f"{'served' if made.source == 'online' else made.source}{f' {span}' if span else ''}"


def describe_rate(found: Estimate) -> str:
    """Return the true rate and what it rests on, in lines."""
    alone = found.humans_alone
    return (
        f"{found.mean:.1%} (95 % interval {found.interval.low:.1%} to {found.interval.high:.1%}), from"
        f" {found.human_labels:,} labels of people and {found.judge_labels:,} more answers that the judge scored.\n"
        f"The labels alone: {alone.low:.1%} to {alone.high:.1%}. It holds when people saw a random part of the answers."
    )


def _table_agreement(made: Calibration) -> Table:
    table = Table("", "Answers", "Same (95 %)", "Kappa (95 %)", "Balanced", "Bias", box=None)
    rows = [("all", made.agreement)]
    rows += [(part.name, part.agreement) for part in made.slices]
    rows += [(f"from {part.start:%Y-%m-%d}", part.agreement) for part in made.periods]
    for column in table.columns:
        column.no_wrap = True
    for name, agreement in rows:
        table.add_row(Text(name), *_describe(agreement))
    return table


def _describe(agreement: Agreement) -> list[str]:
    same, balanced = agreement.same, agreement.balanced_accuracy
    return [
        f"{agreement.items:,}",
        f"{same.value:.0%} ({same.low:.0%} to {same.high:.0%})",
        describe_kappa(agreement.kappa).removeprefix("kappa "),
        "-" if balanced is None else f"{balanced:.0%}",
        f"{agreement.bias:+.2f}",
    ]


def _table_confusion(made: Calibration) -> Table:
    names = [f"{value:g}" for value in made.categories]
    table = Table("People", *(f"judge {name}" for name in names), box=None)
    for name, row in zip(names, made.confusion, strict=True):
        table.add_row(name, *(f"{count:,}" for count in row))
    return table


def _list_findings(made: Calibration) -> list[str]:
    found = []
    if made.agreement.kappa.value is None:
        found.append(
            f"Kappa: {made.agreement.kappa.reason} So nothing can be told about agreement beyond chance."
        )
    if made.drift is not None:
        change, low, high = made.drift.change, made.drift.low, made.drift.high
        verdict = "agrees less than before" if made.drift.drifted else "no drift that chance does not explain"
        found.append(f"Drift: {change:+.1%} ({low:+.1%} to {high:+.1%}) in the latest period: {verdict}.")
    if made.length is not None and made.length.excess is not None:
        length = made.length
        verdict = (
            f"favours {length.favours} answers more than people do" if length.favours else "no bias found"
        )
        found.append(
            f"Length: correlation {length.excess:+.2f} ({length.low:+.2f} to {length.high:+.2f}): {verdict}."
        )
    if made.worst:
        found.append(f"Furthest apart: {', '.join(made.worst[:5])}")
    return found
