"""How long `answerable serve` takes to `/readyz` on a warm workspace, and the memory of the server then.

python -m benchmarks.serve_start
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil

from benchmarks.processes import running_answerable
from benchmarks.report import write_result

RUNS = 5


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder:
        workspace = Path(folder)
        _start(workspace)  # makes the database
        runs = [_start(workspace) for _ in range(RUNS)]
    result = {
        "runs": RUNS,
        "seconds_to_readyz": round(statistics.median(seconds for seconds, _, _ in runs), 2),
        "server_rss_mb": round(statistics.median(rss for _, rss, _ in runs)),
        "postgres_pss_mb": round(statistics.median(pss for _, _, pss in runs)),
    }
    write_result("serve_start", result)
    print(json.dumps(result, indent=2))


def _start(workspace: Path) -> tuple[float, float, float]:
    """Return seconds to ready, resident memory of the server, proportional memory of its PostgreSQL (MB)."""
    begin = time.perf_counter()
    with running_answerable(workspace) as ready:
        urllib.request.urlopen(f"{ready['url']}/readyz", timeout=10)
        seconds = time.perf_counter() - begin
        rss = psutil.Process(ready["pid"]).memory_info().rss / 1e6
        return seconds, rss, _postgres_memory(workspace)


def _postgres_memory(workspace: Path) -> float:
    """PostgreSQL's processes share most of their pages, so each page counts by its share."""
    pid = int((workspace / ".answerable" / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    parent = psutil.Process(pid)
    return sum(process.memory_full_info().pss for process in [parent, *parent.children()]) / 1e6


if __name__ == "__main__":
    main()
