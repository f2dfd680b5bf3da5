"""What is redacted is so before it is written anywhere: in the tables and in the spill files."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerable.db.database import Database
from answerable.traces.redaction.redactor import TraceRedactor
from answerable.traces.redaction.types import OwnDetector
from answerable.traces.service import TraceService
from answerable.traces.types import ContentMode, Trace, TracePolicy
from answerable.traces.writing.spill import Spill
from tests.fakes.tables import list_tables_with
from tests.fakes.traces import make_span, make_trace

CARD, MAIL = "4111 1111 1111 1111", "ann@example.com"
SAID = f"{CARD} of {MAIL}"


def record(service: TraceService) -> Trace:
    """Record a run with something to hide in every text."""
    trace = make_trace(
        input={"q": SAID, "n": [SAID]}, output=SAID, raw=(SAID,), error_detail=SAID, user="u-1"
    )
    service.record(trace, [make_span(trace.id, message=SAID, attributes={"input.value": SAID})])
    return trace


@pytest.mark.parametrize("content", ["redacted", "none"])
async def test_no_table_holds_what_was_taken_out(
    database: Database, conninfo: str, content: ContentMode
) -> None:
    policy = TracePolicy(content=content)
    service = TraceService(database, policy_for=lambda _: policy, redact=TraceRedactor().redact)
    async with service.written():
        trace = record(service)
        await service.flush()
        kept = await service.get(trace.id)
    assert [list_tables_with(conninfo, text) for text in (CARD, MAIL)] == [[], []]
    assert kept.output == ("[CARD] of [EMAIL]" if content == "redacted" else "")
    assert list_tables_with(conninfo, "u-1"), "whose it is stays"


async def test_no_spill_file_holds_it_either(tmp_path: Path) -> None:
    away = Database("host=127.0.0.1 port=1 dbname=none connect_timeout=1", wait=0.2)
    await away.open()
    policy = TracePolicy(content="redacted")
    service = TraceService(away, policy_for=lambda _: policy, redact=TraceRedactor().redact, spill=tmp_path)
    async with service.written():
        record(service)
    await away.close()
    left = Spill(tmp_path, max_bytes=1 << 20)
    assert left.adopt() == 1
    written = left.peek()
    left.close()
    assert written is not None
    assert written.content is not None
    assert b"[CARD] of [EMAIL]" in written.content
    for path in tmp_path.rglob("*.spill"):
        assert CARD.encode() not in path.read_bytes()
    assert CARD.encode() not in written.content
    assert MAIL.encode() not in written.content


async def test_a_detector_that_fails_costs_the_text_and_not_the_trace(
    database: Database, conninfo: str, caplog: pytest.LogCaptureFixture
) -> None:
    def find(text: str) -> list[tuple[int, int, str]]:
        raise RuntimeError("the model is not there")

    policy = TracePolicy(content="redacted")
    redactor = TraceRedactor([OwnDetector("names:find", find)])
    service = TraceService(database, policy_for=lambda _: policy, redact=redactor.redact)
    async with service.written():
        trace = record(service)
        await service.flush()
        assert (await service.get(trace.id)).output == "[REDACTION_FAILED]"
    assert service.dropped == 0
    assert list_tables_with(conninfo, CARD) == []
    assert "names:find" in caplog.text
