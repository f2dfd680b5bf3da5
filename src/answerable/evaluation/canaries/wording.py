"""Checks in words: the report in Markdown, and the notice that goes to the channels."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Literal

from answerable.core.ids import new_id
from answerable.evaluation.canaries.types import Check
from answerable.evaluation.gating.types import GateVerdict
from answerable.monitoring.alerts.types import Notice

RenderVerdict = Callable[[GateVerdict], str]
"""Returns the verdict of a gate as Markdown."""

FAILING = "failing"


def write_report(check: Check, baseline: Check, verdict: str) -> str:
    """Return Markdown: what changed since the baseline, and the gate's `verdict` (Markdown too) where there is one."""
    lines = [f"# {check.name}: {check.state}", ""]
    lines.append(f"Held against what it was on {baseline.at:%Y-%m-%d %H:%M} UTC.")
    lines += ["", *(f"- {change.text}" for change in check.changes)] if check.changes else []
    lines += ["", check.reason] if check.reason else []
    lines += ["", verdict] if verdict else []
    return "\n".join(lines).rstrip() + "\n"


def describe(check: Check) -> str:
    """Return what a check found, in a line."""
    parts = [change.text for change in check.changes] or [_PLAIN[check.state]]
    if check.state in ("inconclusive", "failed") and check.reason:
        parts = []
    return " ".join([*parts, *([check.reason] if check.reason else [])])


def summarise_news(check: Check) -> str:
    """Return what people would be told of: the same text for the same news, empty for none.

    How far a behaviour is off changes from check to check; that it is off is told once.
    """
    if check.state == "failed":
        return FAILING
    if check.state != "changed":
        return ""
    news = "\n".join(sorted(f"{change.kind} {change.after}" for change in check.changes))
    return hashlib.sha256(news.encode()).hexdigest()


def write_notice(check: Check, state: Literal["firing", "ok"]) -> Notice:
    """Return what the channels are told."""
    text = f"{check.name} is as it was again, or has been accepted as it is."
    if state == "firing":
        text = f"{check.name} {_VERBS[check.state]}: {describe(check)}"
    details = {
        "app": check.app or None,
        "label": check.label or None,
        "model": check.model,
        "variant": check.variant or None,
        "check": str(check.id),
        "changes": [change.text for change in check.changes],
        "report": check.report,
    }
    return Notice(str(new_id()), f"model {check.name}", state, text, check.at, details)


_PLAIN = {
    "new": "It is the baseline from now on.",
    "same": "It is as it was.",
    "changed": "It has changed.",
    "inconclusive": "Nothing can be concluded.",
    "failed": "It gave no answers.",
}
_VERBS = {"changed": "has changed", "failed": "does not answer"}
