"""From spans to rows: an array of what they did, and beside it, compressed, what was said in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from answerable.core.ids import new_id
from answerable.traces.contents import Packer, split_attributes
from answerable.traces.types import Span
from answerable.traces.writing.copy_text import to_json, to_jsonb, to_line

_PART: Final = 1000
"""Spans of one row: a trace of very many is read in steps."""


class SpanRows:
    """Makes lines of COPY with the columns of `SPAN_COLUMNS`. For one thread at a time."""

    def __init__(self) -> None:
        self._packer = Packer()

    def make(
        self, trace_id: str, spans: Sequence[Span], *, received: datetime, keep_days: int, service: str
    ) -> str:
        """Return the lines of the spans of one trace; none for no spans."""
        parts = (spans[start : start + _PART] for start in range(0, len(spans), _PART))
        return "".join(
            to_line((trace_id, new_id(), received, keep_days, service, *self._to_columns(part)))
            for part in parts
        )

    def _to_columns(self, part: Sequence[Span]) -> tuple[str, bytes | None]:
        rows: list[dict[str, Any]] = []
        contents: dict[int, dict[str, Any]] = {}
        for place, span in enumerate(part):
            attributes, said = split_attributes(span.attributes)
            rows.append(_to_row(span, attributes))
            if said:
                contents[place] = said
        return to_jsonb(rows), self._packer.pack(to_json(contents)) if contents else None


def _to_row(span: Span, attributes: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a span without what is as usual; the view `span` puts that back."""
    row: dict[str, Any] = {
        "span_id": span.span_id,
        "name": span.name,
        "start_ns": span.start_ns,
        "end_ns": span.end_ns,
    }
    if span.parent_id is not None:
        row["parent_id"] = span.parent_id
    if span.kind != "internal":
        row["kind"] = span.kind
    if span.status != "unset":
        row["status"] = span.status
    if span.message:
        row["message"] = span.message
    if span.scope:
        row["scope"] = span.scope
    if attributes:
        row["attributes"] = attributes
    if span.events:
        row["events"] = [asdict(event) for event in span.events]
    if span.links:
        row["links"] = span.links
    return row
