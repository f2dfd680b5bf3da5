"""The space that a trace takes, beside the same traces in ClickHouse tables laid out as Langfuse publishes its own.

    python -m benchmarks.trace_storage [TRACES]

Every trace has 6 spans and a prompt of 2 kB, cut out of the documentation of the shared data at a place of its own, so
that a column store finds no row twice. Ours are written by the service into PostgreSQL; the peer's rows are inserted by
`peers/langfuse_storage.py` into ClickHouse (chdb, in one process) and merged. `ANSWERABLE_CHDB` names the Python of an
environment with `peers/requirements-chdb.in`. What Langfuse keeps beside its tables is not counted: each event once
more as a file in its object storage.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from answerable.db.database import Database
from answerable.db.embedded import EmbeddedPostgres
from answerable.db.migrate import migrate
from answerable.traces.service import TraceService
from answerable.traces.types import Span, Trace
from benchmarks.data import get_data_root
from benchmarks.report import write_result
from benchmarks.trace_samples import PROMPT_CHARACTERS, SPANS, make_trace, measure_space

_HELD = 1000
_PEER = Path(__file__).parent / "peers/langfuse_storage.py"


def main() -> None:
    traces = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder:
        os.chmod(folder, 0o711)
        result = _measure(Path(folder), traces)
    write_result("trace_storage", result)
    print(json.dumps(result, indent=2))


def _measure(folder: Path, traces: int) -> dict[str, Any]:
    text = _read_documentation()
    rows = folder / "traces.jsonl.gz"
    server = EmbeddedPostgres(folder)
    conninfo = server.start()
    migrate(conninfo)
    try:
        asyncio.run(_record(conninfo, folder, text, traces, rows))
        ours = measure_space(conninfo, traces)
    finally:
        server.stop()
    peer = _run_peer(rows, folder)
    return {
        "traces": traces,
        "spans_each": len(SPANS),
        "prompt_characters": PROMPT_CHARACTERS,
        "bytes_a_trace": ours,
        "langfuse_schema_bytes_a_trace": peer,
        "ratio": None if peer is None else round(ours["all"] / peer["all"], 2),
    }


def _read_documentation() -> str:
    pages = sorted(get_data_root().glob("docs_*/**/*.md"))
    return " ".join(" ".join(page.read_text(encoding="utf-8").split()) for page in pages)


async def _record(conninfo: str, folder: Path, text: str, traces: int, rows: Path) -> None:
    database = Database(conninfo)
    await database.open()
    service = TraceService(database, spill=folder / "spill")
    with gzip.open(rows, "wt", encoding="utf-8", compresslevel=1) as file:
        async with service.written():
            for trace, spans in _make_traces(text, traces):
                while service.waiting >= _HELD:  # noqa: ASYNC110
                    await asyncio.sleep(0.002)
                service.record(trace, spans)
                file.write(_dump(trace, spans) + "\n")
            await service.flush()
    await database.close()


def _make_traces(text: str, traces: int) -> Iterator[tuple[Trace, tuple[Span, ...]]]:
    for seed in range(traces):
        yield make_trace(random.Random(seed), text)


def _dump(trace: Trace, spans: tuple[Span, ...]) -> str:
    return json.dumps({"trace": asdict(trace), "spans": [asdict(span) for span in spans]}, default=str)


def _run_peer(rows: Path, folder: Path) -> dict[str, int] | None:
    python = os.environ.get("ANSWERABLE_CHDB")
    if not python:
        print("ANSWERABLE_CHDB is not set: measuring without the peer.", file=sys.stderr)
        return None
    command = [python, str(_PEER), str(rows), str(folder / "clickhouse")]
    found: dict[str, int] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return found


if __name__ == "__main__":
    main()
