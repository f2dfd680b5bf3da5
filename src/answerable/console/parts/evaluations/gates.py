"""Verdicts of gates: the list, and one with what each of its rules found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from answerable.console.elements import Markup, Tag
from answerable.console.parts.evaluations.addresses import to_comparison, to_list, to_run, to_verdict
from answerable.console.parts.evaluations.comparison import write_p
from answerable.console.parts.evaluations.numbers import write_signed
from answerable.console.parts.facts import build_facts
from answerable.console.parts.traces.marks import render_moment
from answerable.evaluation.gating.types import GateRecord
from answerable.evaluation.reports.texts import show_value

_STYLES: Final = {"pass": "is-added", "fail": "is-removed", "inconclusive": "is-changed"}
_HEADS: Final = ("Rule", "", "Baseline", "Candidate", "Difference", "Margin", "p worse", "Power", "Examples")


def build_verdicts(records: Sequence[GateRecord]) -> None:
    """Build the list, newest first."""
    if not records:
        with Tag("div", "", "empty"):
            Tag("p", "There is no verdict yet.", "callout-title")
            with Tag("p"):
                Tag("span", "A gate compares two variants: ")
                Tag("code", "answerable gate APP --candidate A --baseline B --dataset D")
        return
    with Tag("ul", "", "verdict-list"):
        for record in records:
            with Tag("li", "", "verdict-row"):
                build_word(record.verdict)
                with Tag("span", "", "eval-words"):
                    title = f"{record.app}: {record.candidate} against {record.baseline}"
                    Tag(
                        "a",
                        title,
                        "eval-name",
                        href=to_verdict(record.id),
                        data_row=str(record.id),
                        dir="auto",
                    )
                    with Tag("span", "", "eval-origin"):
                        Markup(render_moment(record.created_at), tag="span")
                        Tag(
                            "span",
                            f" · {record.dataset}@{record.version}"
                            + (f" · {record.by}" if record.by else ""),
                        )


def build_word(verdict: str) -> None:
    Tag("span", verdict, f"tag verdict-word {_STYLES[verdict]}")


def build_verdict(record: GateRecord) -> None:
    """Build one verdict: its rules, their numbers and why."""
    content: Mapping[str, Any] = record.content
    with Tag("nav", "", "crumbs", aria_label="Breadcrumb"):
        Tag("a", "Gates", href=to_list(view="gates"), data_back="")
    with Tag("header", "", "page-head"):
        Tag("h1", record.app, dir="auto")
        build_word(record.verdict)
    _build_sides(record, content)
    build_facts(_list_facts(record, content))
    for note in content.get("notes", []):
        Tag("p", note, "quiet")
    _build_findings(content.get("findings", []))


def _build_sides(record: GateRecord, content: Mapping[str, Any]) -> None:
    sides = (("Candidate", record.candidate, "candidate_run"), ("Baseline", record.baseline, "baseline_run"))
    runs = [content.get(name) for _, _, name in sides]
    with Tag("div", "", "eval-facts"):
        for (title, name, _), run in zip(sides, runs, strict=True):
            with Tag("p"):
                Tag("span", f"{title} ", "quiet")
                Tag("a", name, href=to_run(UUID(run)), dir="auto") if run else Tag("span", name)
        if all(runs):
            Tag("a", "Side by side", href=to_comparison([UUID(runs[1]), UUID(runs[0])]))


def _list_facts(record: GateRecord, content: Mapping[str, Any]) -> list[tuple[str, str]]:
    facts = [
        ("Dataset", f"{record.dataset}@{record.version}"),
        ("Examples", f"{content.get('examples', 0):,}"),
    ]
    more = content.get("more_examples")
    if record.verdict == "inconclusive" and more is not None:
        facts.append(("Would decide", f"about {more:,} more examples"))
    facts.append(("Confidence", f"{1 - float(content.get('alpha', 0.05)):.0%}"))
    facts.append(("By", record.by or "nobody"))
    return facts


def _build_findings(findings: Sequence[Mapping[str, Any]]) -> None:
    with Tag("div", "", "table-scroll"), Tag("table", "", "table metrics findings"):
        with Tag("thead"), Tag("tr"):
            for place, head in enumerate(_HEADS):
                Tag("th", head, "is-number" if place > 1 else "")
        with Tag("tbody"):
            for finding in findings:
                _build_finding(finding)


def _build_finding(finding: Mapping[str, Any]) -> None:
    unit = str(finding.get("unit", ""))
    with Tag("tr", data_metric=str(finding["metric"])):
        with Tag("td", "", "metric-cell"):
            tags = ", ".join(finding.get("tags", []))
            Tag("span", f"{finding['metric']} on {tags}" if tags else str(finding["metric"]), "metric-name")
            Tag("span", str(finding.get("reason", "")), "quiet")
        with Tag("td"):
            build_word(str(finding["verdict"]))
        p, power = finding.get("p_worse_adjusted"), finding.get("power")
        values = (
            *(show_value(finding.get(name), unit) for name in ("baseline", "candidate")),
            _write_difference(finding, unit),
            show_value(finding.get("margin"), unit),
            "–" if p is None else write_p(p),
            "–" if power is None else f"{power:.0%}",
            f"{finding.get('n', 0):,}",
        )
        for head, value in zip(_HEADS[2:], values, strict=True):
            Tag("td", value, "is-number", data_of=head)


def _write_difference(finding: Mapping[str, Any], unit: str) -> str:
    mean, low, high = (finding.get(name) for name in ("difference", "low", "high"))
    if mean is None:
        return "–"
    if low is None or high is None:
        return write_signed(mean, unit)
    return f"{write_signed(mean, unit)} ({write_signed(low, unit)} to {write_signed(high, unit)})"
