"""`POST /ask` at saturation with traces of full content kept, against the same service with traces switched off.

    python -m benchmarks.tracing_overhead [SECONDS]

Two servers with a workspace and a database each, over the XQuAD-en paragraphs and one fake model server, take the same
load in turns of five seconds, so that both see the machine in the same moods. Each turn goes on where the last one
ended: they are more questions than the embedder remembers, so each is embedded, as a question of a user is, but for the
tenth that the warm-up has just asked. The ratio is of all answers of all turns, its interval by resampling the pairs.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from answerable.db.postmaster import find_postmaster
from benchmarks.data import load_beir
from benchmarks.processes import free_port, put_load, read_processor_seconds, running, running_answerable
from benchmarks.report import write_result

TURN = 5.0
CALLERS = 16
RESAMPLES = 2000
_CONFIG = """\
default_model = "fake:fake-1"
[server]
requests_per_minute = 0
[traces]
enabled = {enabled}
[providers.fake]
base_url = "{url}/v1"
api_key = "none"
"""
_APP = """\
kind: rag
variants:
  main: {collection: bench, cache: {exact: false}}
"""


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 120.0
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder, ExitStack() as stack:
        port = free_port()
        command = [sys.executable, "-m", "answerable", "fake-models", "--port", str(port)]
        stack.enter_context(running(command, url=f"http://127.0.0.1:{port}/v1/models"))
        result = asyncio.run(_measure(Path(folder), f"http://127.0.0.1:{port}", seconds, stack))
    write_result("tracing_overhead", result)
    print(json.dumps(result, indent=2))


async def _measure(base: Path, model_url: str, seconds: float, stack: ExitStack) -> dict[str, Any]:
    data = load_beir("xquad-en")
    lines = [
        json.dumps({"_id": key, "title": title, "text": text}) for key, (title, text) in data.corpus.items()
    ]
    (base / "corpus.jsonl").write_text("\n".join(lines))
    servers = {
        name: _start(base / name, base / "corpus.jsonl", model_url, stack, enabled=name == "on")
        for name in ("on", "off")
    }
    for name in servers:
        await _wait_for_documents(base / name)
    bodies = [{"question": text} for text in data.queries.values()]
    rates: dict[str, list[float]] = {"on": [], "off": []}
    used, answers = {name: np.zeros(2) for name in rates}, dict.fromkeys(rates, 0.0)
    for turn in range(max(2, round(seconds / TURN / 2))):
        for name in ("on", "off") if turn % 2 else ("off", "on"):
            ready = servers[name]
            before = _read_processor(base / name, ready["pid"])
            begin = round(answers[name]) % len(bodies)
            following = bodies[begin:] + bodies[:begin]
            load = await put_load(
                f"{ready['url']}/ask", following, seconds=TURN, callers=CALLERS, key=ready["admin_key"]
            )
            used[name] += _read_processor(base / name, ready["pid"]) - before
            if load.errors:
                raise RuntimeError(f"{load.errors} requests failed")
            rates[name].append(load.requests_per_second)
            answers[name] += load.requests * 1.1  # with those of the warm-up
    return {
        "callers": CALLERS,
        "turns": len(rates["on"]),
        "requests_per_second": {name: round(statistics.mean(found), 1) for name, found in rates.items()},
        "ratio": round(sum(rates["on"]) / sum(rates["off"]), 3),
        "ratio_95": _compute_interval(list(zip(rates["on"], rates["off"], strict=True))),
        "processor_ms_an_answer": {
            name: dict(zip(("server", "database"), (used[name] / answers[name] * 1000).round(3), strict=True))
            for name in rates
        },
        "traces_kept": _count_traces(base / "on"),
    }


def _start(
    workspace: Path, corpus: Path, model_url: str, stack: ExitStack, *, enabled: bool
) -> dict[str, Any]:
    (workspace / "apps").mkdir(parents=True)
    (workspace / "answerable.toml").write_text(_CONFIG.format(url=model_url, enabled=str(enabled).lower()))
    (workspace / "apps" / "ask.yaml").write_text(_APP)
    return stack.enter_context(
        running_answerable(workspace, args=["--ingest", str(corpus), "--collection", "bench"])
    )


def _connect(workspace: Path) -> psycopg.Connection:
    postmaster = find_postmaster(workspace / ".answerable" / "postgres")
    assert postmaster is not None
    return psycopg.connect(postmaster.conninfo, autocommit=True)


async def _wait_for_documents(workspace: Path) -> None:
    for _ in range(600):
        with _connect(workspace) as connection:
            if connection.execute("SELECT count(*) FROM ingestion_run WHERE state = 'done'").fetchone() == (
                1,
            ):
                return
        await asyncio.sleep(0.5)
    raise RuntimeError("the documents did not come in within five minutes")


def _read_processor(workspace: Path, server_pid: int) -> NDArray[np.float64]:
    """Return the processor seconds that the server and its database have used up to now."""
    postmaster = find_postmaster(workspace / ".answerable" / "postgres")
    assert postmaster is not None
    return np.array([read_processor_seconds(pid) for pid in (server_pid, postmaster.pid)])


def _count_traces(workspace: Path) -> dict[str, int]:
    """Return how many runs and spans were kept, by what the roll-ups and the rows say."""
    with _connect(workspace) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM trace), (SELECT count(*) FROM span),"
            " (SELECT sum(requests)::int FROM usage_rollup WHERE level = 'day')"
        ).fetchone()
    assert row is not None
    return dict(zip(("runs", "spans", "summed_up"), row, strict=True))


def _compute_interval(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the 2.5 and 97.5 percentiles of the ratio over resampled pairs of turns."""
    rng = random.Random(0)
    ratios = sorted(
        sum(on for on, _ in drawn) / sum(off for _, off in drawn)
        for drawn in (rng.choices(pairs, k=len(pairs)) for _ in range(RESAMPLES))
    )
    return round(ratios[RESAMPLES // 40], 3), round(ratios[-RESAMPLES // 40], 3)


if __name__ == "__main__":
    main()
