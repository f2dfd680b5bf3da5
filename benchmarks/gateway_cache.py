"""A cached answer against a new one, with a model of no latency: p50, one caller and 16.

    python -m benchmarks.gateway_cache

The same question again and again, then a new one each time, in turn over seven rounds; the middle round counts.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.chat_load import Target, measure
from benchmarks.gateway import CALLERS, fake_models, running_gateway
from benchmarks.report import write_result

ROUNDS = 7
SECONDS = 3.0


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder,
        fake_models() as url,
        running_gateway(Path(folder) / "ours", url) as (target, _),
    ):
        figures = {f"{callers}_callers": _measure(target, callers) for callers in (1, CALLERS)}
    write_result("gateway_cache", figures)
    print(json.dumps(figures, indent=2))


def _measure(target: Target, callers: int) -> dict[str, float]:
    cached: list[float] = []
    new: list[float] = []
    for _ in range(ROUNDS):
        for readings, unique in ((cached, False), (new, True)):
            load = measure(target, stream=False, seconds=SECONDS, callers=callers, unique=unique)
            if load.errors:
                raise RuntimeError(f"{load.errors} of {load.requests} requests failed")
            readings.append(load.p50_ms)
    return {
        "cached_p50_ms": median(cached),
        "new_p50_ms": median(new),
        "ratio": round(median(cached) / median(new), 3),
    }


if __name__ == "__main__":
    main()
