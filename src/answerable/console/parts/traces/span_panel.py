"""One step of a run in the panel: when, what it says of itself, what happened in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from nicegui import ui

from answerable.console.elements import Tag
from answerable.console.parts.figures import format_step
from answerable.console.parts.panel import Panel
from answerable.console.parts.traces.message_view import build_messages
from answerable.console.parts.traces.messages import MESSAGES, list_calls
from answerable.console.parts.traces.values import is_long, write_value
from answerable.traces.reading.tree import SpanTree, TreeRow
from answerable.traces.types import SpanEvent

_MOST: Final = 200
_BREAKS: Final = re.compile(r"([._/])")
"""Where the name of an attribute may go on in the next line."""


class SpanPanel:
    """Opens the steps of a tree by their ids."""

    def __init__(self, tree: SpanTree, panel: Panel) -> None:
        self._rows = {row.span.span_id: row for row in tree.rows}
        self._start_ns = tree.start_ns
        self._panel = panel

    def open(self, span_id: str) -> None:
        """Show a step; an id that is not there does nothing."""
        row = self._rows.get(span_id)
        if row is None:
            return
        with self._panel.fill(row.span.name):
            with Tag("div", "", "panel-place"):
                Tag("p", _describe(row))
            with Tag("div", "", "panel-body", tabindex="0", role="region", aria_label="Details of the step"):
                self._build(row)

    def _build(self, row: TreeRow) -> None:
        span = row.span
        if span.status == "error":
            with Tag("div", "", "callout is-problem"):
                Tag("p", str(span.attributes.get("error.type", "It failed.")), "callout-title")
                Tag("p", span.message)
        calls = list_calls([span])
        for call in calls:
            build_messages(call)
        Tag("h3", "Attributes")
        told = {name: value for name, value in span.attributes.items() if not calls or name not in MESSAGES}
        if told:
            _build_values(told)
        else:
            Tag("p", "None.", "quiet")
        if span.events:
            Tag("h3", "Events")
            self._build_events(span.events)
        Tag("h3", "Identity")
        _build_values(dict(_list_identity(row)))

    def _build_events(self, events: Iterable[SpanEvent]) -> None:
        for event in list(events)[:_MOST]:
            after = max(0.0, (event.at_ns - self._start_ns) / 1e6)
            Tag("p", f"{event.name}, {format_step(after)} after the beginning", "event-name")
            if event.attributes:
                _build_values(event.attributes)


def follow_spans(panel: SpanPanel) -> None:
    """Let the waterfall of the page open its steps in the panel."""
    ui.on("open-span", lambda event: panel.open(str(event.args)))


def _describe(row: TreeRow) -> str:
    parts = [f"{format_step(row.duration_ns / 1e6)}, from {format_step(row.offset_ns / 1e6)} on"]
    if row.children:
        parts.append(f"{format_step(row.self_ns / 1e6)} of it in itself")
    parts.append(row.span.service)
    return " · ".join(parts)


def _list_identity(row: TreeRow) -> Iterable[tuple[str, Any]]:
    span = row.span
    yield "span", span.span_id
    if span.parent_id:
        yield "parent", span.parent_id
    yield "kind", span.kind
    if span.scope:
        yield "scope", span.scope
    for number, link in enumerate(span.links[:_MOST], 1):
        yield f"link {number}", link


def _build_values(values: Mapping[str, Any]) -> None:
    with Tag("dl", "", "span-facts"):
        for name, value in sorted(values.items())[:_MOST]:
            text = write_value(value)
            with Tag("div"):
                Tag("dt", _BREAKS.sub("\\1\u200b", name))
                Tag("dd", text, "is-long" if is_long(text) else "")
