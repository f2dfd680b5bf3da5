"""What was said in spans is compressed beside them, and read as it was recorded."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from answerable.db.database import Database
from answerable.traces.service import TraceService
from answerable.traces.types import Span, Trace, TracePolicy
from answerable.traces.writing.encoding import Encoder, Recorded
from answerable.traces.writing.entries import load_entries
from answerable.traces.writing.landing import Landing
from tests.fakes.traces import make_span, make_trace

MESSAGES = [{"role": "user", "parts": [{"type": "text", "content": "Wer? \x00 \ud800 " + "lang " * 500}]}]
"""With what PostgreSQL refuses in JSON, and longer than it leaves in a row."""
KEPT = [{"role": "user", "parts": [{"type": "text", "content": "Wer? \ufffd ? " + "lang " * 500}]}]


def make_spans(trace: Trace) -> list[Span]:
    return [
        make_span(trace.id, start_ns=1, attributes={"answerable.app": "ask"}),
        make_span(trace.id, start_ns=2, attributes={"gen_ai.input.messages": MESSAGES, "n": 3}),
        make_span(trace.id, start_ns=3),
        make_span(trace.id, start_ns=4, attributes={"gen_ai.tool.call.result": "42"}),
    ]


async def test_attributes_are_read_as_they_were_recorded(database: Database) -> None:
    traces, trace = TraceService(database), make_trace()
    spans = make_spans(trace)
    traces.record(trace, spans)
    found = await traces.get_spans(trace.id)
    assert [span.span_id for span in found] == [span.span_id for span in spans]
    assert [dict(span.attributes) for span in found] == [
        {"answerable.app": "ask"},
        {"gen_ai.input.messages": KEPT, "n": 3},
        {},
        {"gen_ai.tool.call.result": "42"},
    ]


async def test_sql_sees_what_spans_did_and_not_what_was_said(database: Database) -> None:
    traces, trace = TraceService(database), make_trace()
    traces.record(trace, make_spans(trace))
    await traces.flush()
    async with database.transaction() as tx:
        cursor = await tx.execute(
            "SELECT attributes FROM span WHERE trace_id = %s ORDER BY start_ns", (trace.id,)
        )
        assert await cursor.fetchall() == [({"answerable.app": "ask"},), ({"n": 3},), ({},), ({},)]


async def test_a_long_prompt_takes_a_fraction_of_its_size(database: Database) -> None:
    traces, trace = TraceService(database), make_trace()
    traces.record(trace, make_spans(trace))
    await traces.flush()
    async with database.transaction() as tx:
        cursor = await tx.execute(
            "SELECT pg_column_size(contents) FROM span_part WHERE trace_id = %s", (trace.id,)
        )
        (size,) = await cursor.fetchone() or (None,)
    assert size < len(json.dumps(MESSAGES)) / 5


async def test_what_an_earlier_release_spilled_is_written(database: Database) -> None:
    """Its spans have no column for what was said: they stand in JSON as a whole."""
    encoder = Encoder(policy_for=lambda _: TracePolicy(), redact=lambda trace, spans, policy: (trace, spans))
    trace = make_trace()
    spans = [make_span(trace.id), make_span(trace.id)]
    entry = encoder.encode(Recorded(trace, spans, "answerable", datetime.now(UTC), 0.0, 0))
    assert entry is not None
    line, end = entry.spans.rsplit("\t", 1)
    assert end == "\\N\n"
    earlier = entry._replace(spans=f"{line}\n")
    await Landing(database).write(load_entries(json.dumps({"format": 1, "entries": [earlier]}).encode()))
    found = await TraceService(database).get_spans(trace.id)
    assert {span.span_id for span in found} == {span.span_id for span in spans}
