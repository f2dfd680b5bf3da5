"""Other runs of the same trace and of the same conversation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from answerable.console.elements import Markup, Tag
from answerable.console.parts.traces.recorded import RecordedRun
from answerable.console.parts.traces.rows import find_scale, render_rows
from answerable.console.visitor import Visitor
from answerable.traces.types import Trace, TraceFilter

_MOST: Final = 20


async def build_relatives(visitor: Visitor, run: RecordedRun) -> None:
    """Build both lists, each only where it has something."""
    trace = run.trace
    _build_list("Other runs of this trace", [one for one in run.runs if one.span_id != trace.span_id])
    if trace.conversation_id is None:
        return
    wanted = TraceFilter(conversation_id=trace.conversation_id, key_id=trace.key_id)
    page = await visitor.services.traces.list(wanted, limit=_MOST)
    others = [one for one in page.traces if one.id != trace.id and one.user == trace.user]
    _build_list("The same conversation", others)


def _build_list(title: str, traces: Sequence[Trace]) -> None:
    if not traces:
        return
    with Tag("section", "", "block", aria_label=title):
        Tag("h2", title)
        with Tag("div", "", "trace-list"):
            Markup(render_rows(traces, scale=find_scale(traces)), "trace-rows", tag="ul")
