"""`make bench`: every benchmark in turn, each in a process of its own, then the table of the README."""

from __future__ import annotations

import subprocess
import sys
import time

from benchmarks.processes import PEERS_VARIABLE, ROOT, find_peer_python

ARGUMENTS = {"verification": ["--split", "test", "--write"], "grounding": ["--write"]}
NAMES = (
    "embedder",
    "retrieval",
    "retrieval_sweep",
    "bm25_parity",
    "verification",
    "judges",
    "gate_calibration",
    "answers",
    "ingestion",
    "search_scale",
    "exact_search",
    "search_throughput",
    "ask_throughput",
    "serve_start",
    "gateway",
    "gateway_cache",
    "gateway_memory",
    "batch",
    "trace_writing",
    "trace_storage",
    "span_contents",
    "tracing_overhead",
    "trace_reading",
    "monitor",
    "review_queue",
    "redaction",
    "evaluator_parity",
    "evaluator_speed",
    "grounding",
    "eval_runner",
    "faq_eval",
    "table",
)


def main() -> None:
    chosen = sys.argv[1:] or list(NAMES)
    unknown = sorted(set(chosen) - set(NAMES))
    if unknown:
        raise SystemExit(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}.")
    if find_peer_python() is None:
        print(f"{PEERS_VARIABLE} is not set: the peers are left out (see benchmarks/processes.py).")
    failed = [name for name in chosen if not _run(name)]
    if failed:
        raise SystemExit(f"These failed: {', '.join(failed)}.")


def _run(name: str) -> bool:
    print(f"\n== {name}", flush=True)
    start = time.monotonic()
    result = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *ARGUMENTS.get(name, [])], cwd=ROOT, check=False
    )
    print(f"== {name}: {time.monotonic() - start:.0f} s", flush=True)
    return result.returncode == 0


if __name__ == "__main__":
    main()
