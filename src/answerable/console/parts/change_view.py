"""One entry that differs between two variants, as HTML. Every foreign character is escaped."""

from __future__ import annotations

import json
from collections.abc import Iterable
from difflib import unified_diff
from html import escape
from typing import Any

from answerable.apps.diff import Change
from answerable.console.differences import Line, Pair, pair_lines
from answerable.core.word_diff import mark_words

_SHORT = 100
_WORDED = (str, list, dict)
"""Values of which a part can differ; a number differs as a whole."""


def render_change(change: Change) -> str:
    """Return the entry with its path and both sides; what takes several lines is shown line by line."""
    before = "" if change.action == "added" else _write(change.before)
    after = "" if change.action == "removed" else _write(change.after)
    if "\n" in before + after:
        body = _render_lines(change.lines or _diff_lines(before, after))
    elif isinstance(change.before, _WORDED) and isinstance(change.after, _WORDED):
        body = _render_values(*mark_words(before, after))
    else:
        body = _render_values(escape(before), escape(after))
    return (
        f'<section class="change"><h3 class="change-path">{escape(change.path)} '
        f'<span class="tag is-{change.action}">{change.action}</span></h3>{body}</section>'
    )


def _render_values(left: str, right: str) -> str:
    return f'<div class="values">{_render_value("before", left)}{_render_value("after", right)}</div>'


def _render_value(side: str, content: str) -> str:
    return f'<pre class="value {f"is-{side}" if content else "is-absent"}" dir="auto">{content or "not there"}</pre>'


def _write(value: Any) -> str:
    """Return a value as JSON, in one line when it is short, and a text as it is. None is what is not set."""
    if value is None:
        return "not set"
    if isinstance(value, str):
        return value or '""'
    short = json.dumps(value, ensure_ascii=False)
    return short if len(short) <= _SHORT else json.dumps(value, indent=2, ensure_ascii=False)


def _diff_lines(before: str, after: str) -> list[str]:
    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="")
    return list(lines)[2:]  # the header names files, which these texts are not


def _render_lines(lines: Iterable[str]) -> str:
    rows = "".join(_render_pair(pair) for pair in pair_lines(lines))
    head = '<thead class="unseen"><tr><th colspan="2">Before</th><th colspan="2">After</th></tr></thead>'
    columns = '<colgroup><col class="diff-number"><col><col class="diff-number"><col></colgroup>'
    return f'<table class="diff">{columns}{head}<tbody>{rows}</tbody></table>'


def _render_pair(pair: Pair) -> str:
    before, after = pair.before, pair.after
    if before is None and after is None:
        return '<tr class="diff-gap"><td colspan="4">⋯</td></tr>'
    if pair.same and before is not None and after is not None:
        text = escape(before.text)
        return f'<tr class="is-same">{_render_line(before, text)}{_render_line(after, text)}</tr>'
    if before is not None and after is not None:
        left, right = mark_words(before.text, after.text)
    else:
        left, right = escape(before.text if before else ""), escape(after.text if after else "")
    return f"<tr>{_render_line(before, left, 'is-before')}{_render_line(after, right, 'is-after')}</tr>"


def _render_line(line: Line | None, text: str, side: str = "") -> str:
    if line is None:
        return '<td class="diff-number is-empty"></td><td class="diff-line is-empty"></td>'
    return f'<td class="diff-number {side}">{line.number}</td><td class="diff-line {side}">{text or "&nbsp;"}</td>'
