"""Exports: every run once, in both formats, a piece at a time."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pyarrow.parquet as pq
import pytest

from answerable.core.errors import InvalidInput
from answerable.db.database import Database
from answerable.llm.types import Attempt, Usage
from answerable.traces.exporting.registry import create_encoder
from answerable.traces.exporting.service import export
from answerable.traces.rendering import render_trace
from answerable.traces.types import TraceFilter
from tests.integration.traces.reading.runs import NOW, make_run, write

FULL = make_run(
    started_at=NOW + timedelta(microseconds=1),
    key_id=UUID("0190a000-0000-7000-8000-000000000001"),
    user="ann",
    raw=("first \x1b[31m", "second\u2028"),
    sources=("c1", "c2"),
    citations=({"sentence": "Three days.", "verdict": "supported"},),
    attempts=(
        Attempt("openai:small", 0.0, 12.5, code="upstream_failed"),
        Attempt("openai:large", 13.0, 40.0),
    ),
    usage=Usage(input_tokens=5, output_tokens=7),
    cost_usd=Decimal("0.00012"),
    verdicts={"supported": 1},
    retrieval_score=0.5,
    thumb=1,
    accepted=True,
    timings_ms={"retrieval": 1.5},
)


async def read_export(database: Database, format: str, runs: int) -> list[bytes]:
    service = await write(
        database,
        [FULL, *(make_run(started_at=NOW - timedelta(minutes=number + 1)) for number in range(runs - 1))],
    )
    return [piece async for piece in export(service.iterate(TraceFilter(), batch=4), create_encoder(format))]


async def test_json_lines_are_what_the_api_says(database: Database) -> None:
    pieces = await read_export(database, "jsonl", 10)
    assert len(pieces) == 3
    lines = b"".join(pieces).decode().split("\n")
    assert json.loads(lines[0]) == json.loads(json.dumps(render_trace(FULL)))
    assert len(lines) == 11
    assert lines[-1] == ""


async def test_parquet_has_a_row_a_run_with_types(database: Database) -> None:
    table = pq.read_table(io.BytesIO(b"".join(await read_export(database, "parquet", 10))))
    assert table.num_rows == 10
    row = table.slice(0, 1).to_pylist()[0]
    assert row["started_at"] == FULL.started_at
    assert (row["id"], row["user"], row["cost_usd"], row["accepted"]) == (FULL.id, "ann", 0.00012, True)
    assert (row["input_tokens"], row["supported"], row["unsupported"], row["thumb"]) == (5, 1, 0, 1)
    assert (row["raw"], row["sources"]) == (list(FULL.raw), ["c1", "c2"])
    assert json.loads(row["input"]) == FULL.input
    assert [attempt["code"] for attempt in json.loads(row["attempts"])] == ["upstream_failed", None]
    assert table.slice(9, 1).to_pylist()[0]["user"] is None


async def test_what_finds_nothing_is_a_file_without_rows(database: Database) -> None:
    service = await write(database, [])
    for format, rows in (("jsonl", None), ("parquet", 0)):
        pieces = export(service.iterate(TraceFilter()), create_encoder(format))
        content = b"".join([piece async for piece in pieces])
        assert rows is None or pq.read_table(io.BytesIO(content)).num_rows == rows


def test_a_large_parquet_file_comes_in_row_groups() -> None:
    encoder = create_encoder("parquet")
    pieces = [encoder.encode([make_run() for _ in range(1000)]) for _ in range(12)]
    content = b"".join(pieces) + encoder.finish()
    assert sum(1 for piece in pieces if len(piece) > 1000) == 2
    assert pq.ParquetFile(io.BytesIO(content)).metadata.num_row_groups == 3


def test_a_format_that_there_is_not_is_refused() -> None:
    with pytest.raises(InvalidInput, match="xml"):
        create_encoder("xml")
