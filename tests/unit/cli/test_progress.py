"""The plain lines of an ingestion that nobody watches on a terminal."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from uuid import UUID

from rich.console import Console

from answerable.cli.progress import PlainLines
from answerable.knowledge.ingestion.types import Progress

START = Progress(
    run_id=UUID(int=1),
    state="queued",
    documents_total=0,
    documents_done=0,
    documents_unchanged=0,
    documents_failed=0,
    documents_removed=0,
    chunks=0,
    chunks_per_second=None,
    seconds_left=None,
    seconds=0.0,
    error=None,
)


def test_each_state_and_each_ten_seconds_have_a_line() -> None:
    written, now = StringIO(), [0.0]
    lines = PlainLines(Console(file=written, width=40), lambda: now[0])
    reading = replace(START, state="running", documents_total=2000, documents_done=1200, documents_failed=1)
    going = replace(reading, chunks=3200, chunks_per_second=160.0, seconds_left=12.0)
    steps = [
        (0.0, START),
        (1.0, START),
        (2.0, replace(START, state="running")),
        (3.0, reading),
        (11.0, going),
        (12.0, going),
        (13.0, going),
        (13.5, replace(going, state="finishing")),
        (14.0, replace(going, state="done")),
    ]
    for now[0], progress in steps:
        lines(progress)

    assert written.getvalue().splitlines() == [
        "Waiting to be read ...",
        "Reading documents ...",
        "Reading documents: 1,201 of 2,000, 1 failed, 3200 chunks, 160/s, 12 s left",
        "Finishing ...",
    ]
