"""What the prompt on a trace's spans costs to keep: as JSON in PostgreSQL, and compressed by us beside it.

    python -m benchmarks.span_contents [TRACES]

The same traces of 6 spans, with a prompt of 5 kB as answers over documents have it, are copied into `span_part` both
ways in turns, 50 in a transaction. Processor time is that of the database's processes, and of making the rows in ours.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import psycopg

from answerable.core.ids import new_trace_id
from answerable.db.embedded import EmbeddedPostgres
from answerable.db.migrate import migrate
from answerable.db.postmaster import find_postmaster
from answerable.traces.conventions import INPUT_MESSAGES
from answerable.traces.types import Span
from answerable.traces.writing.entries import SPAN_COLUMNS
from answerable.traces.writing.span_rows import SpanRows
from benchmarks.report import write_result
from benchmarks.trace_samples import make_trace, measure_space

TOGETHER = 50
TURNS = 5
PROMPT_CHARACTERS = 5000
WAYS = {"as JSON": "prompt", "compressed beside": INPUT_MESSAGES}
"""By the name of the attribute: that of a prompt is kept beside, one that nobody knows is not."""
_TEXT = " ".join((Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8").split())


def main() -> None:
    traces = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder:
        os.chmod(folder, 0o711)
        server = EmbeddedPostgres(Path(folder))
        conninfo = server.start()
        try:
            migrate(conninfo)
            result = _measure(Path(folder), conninfo, traces)
        finally:
            server.stop()
    write_result("span_contents", result)
    print(json.dumps(result, indent=2))


def _measure(folder: Path, conninfo: str, traces: int) -> dict[str, Any]:
    postmaster = find_postmaster(folder / "postgres")
    assert postmaster is not None
    database = psutil.Process(postmaster.pid)
    spans = [make_trace(random.Random(seed), _TEXT)[1] for seed in range(100)]
    used: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
    space: dict[str, int] = {}
    for _ in range(TURNS + 1):
        for way, attribute in WAYS.items():
            named = [_put_prompt(each, attribute, number) for number, each in enumerate(spans)]
            used[way].append(_write(conninfo, database, named, traces))
            sizes = measure_space(conninfo, traces)
            space[way] = sum(size for name, size in sizes.items() if name.startswith("span_part"))
    return {
        "traces": traces,
        "turns": TURNS,
        "prompt_characters": PROMPT_CHARACTERS,
        "microseconds_a_trace": {
            way: {
                "database": round(statistics.median(found[0] for found in turns[1:]), 1),
                "own process": round(statistics.median(found[1] for found in turns[1:]), 1),
            }
            for way, turns in used.items()
        },
        "bytes_a_trace": space,
    }


def _put_prompt(spans: Sequence[Span], attribute: str, seed: int) -> list[Span]:
    start = random.Random(seed).randrange(len(_TEXT) - PROMPT_CHARACTERS)
    prompt = [{"role": "user", "content": _TEXT[start : start + PROMPT_CHARACTERS]}]
    return [
        span._replace(attributes={**_leave_out(span), **({attribute: prompt} if number == 3 else {})})
        for number, span in enumerate(spans)
    ]


def _leave_out(span: Span) -> dict[str, Any]:
    return {name: value for name, value in span.attributes.items() if name != INPUT_MESSAGES}


def _write(
    conninfo: str, database: psutil.Process, spans: Sequence[Sequence[Span]], traces: int
) -> tuple[float, float]:
    """Return the microseconds of the database and of making the rows, each for one trace."""
    rows, now = SpanRows(), datetime.now(UTC)
    own = 0.0
    with psycopg.connect(conninfo) as connection:
        connection.execute("TRUNCATE span_part")
        connection.execute("SELECT create_trace_partitions(90::smallint, %s::date)", (now,))
        connection.commit()
        before = _read_processor(database)
        for start in range(0, traces, TOGETHER):
            began = time.process_time()
            lines = [
                rows.make(
                    new_trace_id(),
                    spans[number % len(spans)],
                    received=now,
                    keep_days=90,
                    service="answerable",
                )
                for number in range(start, start + TOGETHER)
            ]
            own += time.process_time() - began
            with connection.cursor().copy(f"COPY span_part ({SPAN_COLUMNS}) FROM STDIN") as copy:
                copy.write("".join(lines))
            connection.commit()
        used = _read_processor(database) - before
    return used / traces * 1e6, own / traces * 1e6


def _read_processor(database: psutil.Process) -> float:
    return sum(sum(each.cpu_times()[:2]) for each in (database, *database.children(recursive=True)))


if __name__ == "__main__":
    main()
