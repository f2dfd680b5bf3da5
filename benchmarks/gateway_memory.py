"""Memory of the server over 50,000 chat completions, plain and streamed in turn, each of them a new one.

    python -m benchmarks.gateway_memory

The resident set of the server's process is read after every 2,000 requests. Caches fill up first, the one of answers to
64 MiB, so the bound holds from the end of the warm-up on: the last reading against the first after it.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

import psutil
import uvloop

from benchmarks.chat_load import Target, put_load
from benchmarks.gateway import CALLERS, fake_models, running_gateway
from benchmarks.report import write_result

WARM_UP = 50_000
REQUESTS = 50_000
STEP = 2_000
_SECONDS = 600.0


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder,
        fake_models() as url,
        running_gateway(Path(folder) / "ours", url) as (target, pid),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        result = runner.run(_measure(target, psutil.Process(pid)))
    write_result("gateway_memory", result)
    print(json.dumps(result, indent=2))


async def _measure(target: Target, server: psutil.Process) -> dict[str, Any]:
    start = _rss(server)
    warm = [await _step(target, server, number) for number in range(WARM_UP // STEP)]
    steady = [await _step(target, server, number) for number in range(REQUESTS // STEP)]
    first = warm[-1]
    return {
        "requests": REQUESTS,
        "warm_up_requests": WARM_UP,
        "start_mb": start,
        "warm_up_mb": warm,
        "steady_mb": steady,
        "largest_change": round(max(abs(reading - first) for reading in steady) / first, 4),
        "last_change": round((steady[-1] - first) / first, 4),
    }


async def _step(target: Target, server: psutil.Process, number: int) -> float:
    load = await put_load(
        target, stream=number % 2 == 1, seconds=_SECONDS, callers=CALLERS, limit=STEP, warm_up=False
    )
    if load.errors:
        raise RuntimeError(f"{load.errors} of {load.requests} requests failed")
    print(f"{_rss(server):.1f} MB {load}", flush=True)
    return _rss(server)


def _rss(server: psutil.Process) -> float:
    return round(server.memory_info().rss / 2**20, 1)


if __name__ == "__main__":
    main()
