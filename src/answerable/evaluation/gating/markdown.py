"""A verdict as Markdown for a pull request: a table, and the examples that lost most, word by word.

What others wrote stands in `<pre>`, where neither markup nor mentions mean anything.
"""

from __future__ import annotations

import re
from html import escape
from typing import Final

from answerable.core.word_diff import mark_words
from answerable.evaluation.gating.types import Finding, GateVerdict, Regression
from answerable.evaluation.reports.texts import clean, count_examples, show_change, show_value

_MARKS: Final = {"pass": "✅", "fail": "❌", "inconclusive": "❔"}
_MOST_REGRESSIONS: Final = 5
_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>#|~])")
_MOST_CHARACTERS: Final = 60_000
"""Forges cut or refuse comments a little above that."""


def render_markdown(verdict: GateVerdict) -> str:
    """Return the verdict with its table, and as many regressions as a comment has room for."""
    parts = [_render_head(verdict), _render_table(verdict), _render_notes(verdict)]
    length = sum(map(len, parts))
    for title, regression in _list_regressions(verdict):
        part = _render_regression(title, regression)
        length += len(part)
        if length > _MOST_CHARACTERS:
            parts.append("Further regressions have no room here: `answerable gate --json` has them.")
            break
        parts.append(part)
    return "\n\n".join(part for part in parts if part) + "\n"


def _render_head(verdict: GateVerdict) -> str:
    repeats = "" if verdict.repeats == 1 else f", each {verdict.repeats} times"
    return (
        f"## {_MARKS[verdict.verdict]} Gate of {_escape(verdict.app)}: **{verdict.verdict}**\n\n"
        f"`{verdict.candidate}` against `{verdict.baseline}` on `{verdict.dataset}@{verdict.version}`: "
        f"{count_examples(verdict.examples)}{repeats}. {_conclude(verdict)}"
    )


def _conclude(verdict: GateVerdict) -> str:
    failed = [one for one in verdict.findings if one.verdict == "fail"]
    if failed:
        return f"Worse: {', '.join(_escape(one.rule.name) for one in failed)}."
    if verdict.verdict == "pass":
        better = ", ".join(_escape(one.rule.name) for one in verdict.findings if one.is_better)
        return f"No metric is worse by its margin.{f' Better: {better}.' if better else ''}"
    more = verdict.more_examples
    if more is None:
        return "What is open, examples alone will not decide: see the reasons."
    return f"About {more:,} more examples would decide what is open."


def _render_table(verdict: GateVerdict) -> str:
    share = f"{100 * (1 - verdict.alpha):g} %"
    lines = [
        f"| | metric | baseline | candidate | difference ({share} interval) | margin | examples | power | why |",
        "|---|---|--:|--:|--:|--:|--:|--:|---|",
        *[_render_row(finding) for finding in verdict.findings],
    ]
    return "\n".join(lines)


def _render_row(finding: Finding) -> str:
    unit = finding.metric.unit
    missing = f" (+{finding.missing} unscored)" if finding.missing else ""
    cells = (
        _MARKS[finding.verdict],
        _escape(finding.rule.name),
        show_value(finding.baseline, unit),
        show_value(finding.candidate, unit),
        _show_difference(finding),
        show_value(finding.margin, unit)
        if finding.baseline is not None
        else _escape(str(finding.rule.margin)),
        f"{finding.n:,}{missing}",
        "–" if finding.power is None else f"{100 * finding.power:.0f} %",
        _escape(finding.reason),
    )
    return f"| {' | '.join(cells)} |"


def _show_difference(finding: Finding) -> str:
    if finding.difference is None:
        return "–"
    unit = finding.metric.unit
    if finding.low is None or finding.high is None:
        return show_change(finding.difference, unit)
    interval = f"{show_change(finding.low, unit)} … {show_change(finding.high, unit)}"
    return f"{show_change(finding.difference, unit)} ({interval})"


def _render_notes(verdict: GateVerdict) -> str:
    asked = [one for one in verdict.findings if one.needed is not None and one.verdict == "inconclusive"]
    lines = [f"- {_escape(note)}" for note in verdict.notes]
    lines += [
        f"- {_escape(one.rule.name)}: to pass a candidate just as good with a chance of "
        f"{100 * verdict.power:g} % takes about {one.needed:,} examples."
        for one in asked
    ]
    return "\n".join(lines)


def _list_regressions(verdict: GateVerdict) -> list[tuple[str, Regression]]:
    """Return the worst of each rule, those of failed rules first; of a rule that passed where texts may show why."""
    order = {"fail": 0, "inconclusive": 1, "pass": 2}
    shown = [one for one in verdict.findings if one.verdict != "pass" or not one.metric.unit]
    findings = sorted(shown, key=lambda one: order[one.verdict])
    found: dict[str, tuple[str, Regression]] = {}
    for finding in findings:
        for one in finding.regressions[:_MOST_REGRESSIONS]:
            unit = finding.metric.unit
            change = f"{show_value(one.before, unit)} → {show_value(one.after, unit)}"
            found.setdefault(one.key, (f"{finding.rule.name} {change}", one))
    return list(found.values())


def _render_regression(title: str, regression: Regression) -> str:
    before, after = mark_words(clean(regression.output_before), clean(regression.output_after))
    blocks = [
        ("asked", escape(clean(regression.input))),
        ("expected", escape(clean(regression.expected))),
        ("baseline", before),
        ("candidate", after),
    ]
    body = "\n".join(
        f'{name}\n<pre dir="auto">\n{_keep_in_block(text)}\n</pre>' for name, text in blocks if text
    )
    summary = f"<code>{escape(clean(regression.key))}</code>: {escape(title)}"
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def _keep_in_block(text: str) -> str:
    """Return the text without empty lines, which end a block of HTML in Markdown."""
    return re.sub(r"\n(?=\s*\n)", "\n&#8203;", text.replace("\r\n", "\n").strip("\n"))


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(clean(text).split()))


def render_same(app: str, candidate: str, baseline: str) -> str:
    """Return what to say where both are the same variant."""
    return (
        f"## ✅ Gate of {_escape(app)}: **pass**\n\n"
        f"`{candidate}` and `{baseline}` are the same variant: there is nothing to decide.\n"
    )
