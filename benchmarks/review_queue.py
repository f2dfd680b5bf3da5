"""50,000 traces into a review queue, and the work on it: seconds, memory, the next item.

    python -m benchmarks.review_queue

The filling is the one of `answerable review fill`, on the embedded database: with a rule that takes everything, and
with a random half by quotas. Memory is the peak of Python's own allocations while it fills, for 50,000 traces and for a
tenth of them. The next item is timed for an annotator who has labelled most of the queue before.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final

import uvloop

from answerable.core.ids import new_trace_id
from answerable.reviews.spec import read_spec
from answerable.reviews.types import Queue
from answerable.settings import load_settings
from answerable.traces.types import Trace, TraceFilter
from answerable.wiring import Services, open_services
from benchmarks.report import write_result

TRACES: Final = 50_000
FEW: Final = 5_000
LABELLED: Final = 45_000
TURNS: Final = 200
_LABELS: Final = [{"name": "correct", "kind": "boolean"}]
_CHUNK: Final = 2_000


def main() -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        result = runner.run(_measure())
    write_result("review_queue", result)
    print(json.dumps(result, indent=2))


async def _measure() -> dict[str, Any]:
    async with _workspace() as services:
        await _record(services)
        everything = await _make(services, "everything", {})
        seconds = await _fill(services, everything)
        again = await _fill(services, everything)
        half = await _make(
            services, "half", {"any": [{"random": 0.5}], "quota": {"per": "app", "count": TRACES}}
        )
        half_seconds = await _fill(services, half)
        return {
            "traces": TRACES,
            "seconds": round(seconds, 2),
            "seconds_again": round(again, 2),
            "half_items": (await services.reviews.count(half)).items,
            "half_seconds": round(half_seconds, 2),
            "peak_mb": {
                str(FEW): await _measure_memory(services, "few", FEW),
                str(TRACES): await _measure_memory(services, "many", TRACES),
            },
            "next_ms": await _measure_turns(services, everything),
        }


@asynccontextmanager
async def _workspace() -> AsyncIterator[Services]:
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder:
        Path(folder, "answerable.toml").touch()
        async with open_services(load_settings(Path(folder))) as services:
            yield services


async def _record(services: Services) -> None:
    """Write traces of a day, newest last, each with a question and an answer of usual size."""
    newest = datetime.now(UTC) - timedelta(minutes=1)
    for number in range(TRACES):
        services.traces.record(
            Trace(
                id=new_trace_id(),
                span_id=new_trace_id()[:16],
                started_at=newest - timedelta(seconds=TRACES - number),
                app="ask",
                variant="default@0123456789ab",
                variant_hash="0" * 64,
                status="ok",
                input={"input": {"question": f"What does paragraph {number} say about the light?"}},
                output=f"Paragraph {number} says that it is seen for twenty miles. [1] " * 4,
                verdicts={"supported": 4},
                retrieval_score=0.7,
            )
        )
        if number % _CHUNK == _CHUNK - 1:
            await services.traces.flush()
    await services.traces.flush()
    keys, _ = await services.traces.list_keys(TraceFilter(), limit=1)
    assert keys


async def _make(services: Services, name: str, rule: dict[str, Any]) -> Queue:
    return await services.reviews.create(
        read_spec({"name": name, "labels": _LABELS, "rule": rule}), by="bench"
    )


async def _fill(services: Services, queue: Queue) -> float:
    began = time.perf_counter()
    await services.queue_filler.fill_past(queue)
    return time.perf_counter() - began


async def _measure_memory(services: Services, name: str, count: int) -> float:
    """Return the most that Python held at once beyond what it held before, in MB."""
    rule = {"quota": {"per": "app", "count": count}}
    queue = await _make(services, name, rule)
    tracemalloc.start()
    await services.queue_filler.fill_past(queue)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (await services.reviews.count(queue)).items == count
    return round(peak / 2**20, 1)


async def _measure_turns(services: Services, queue: Queue) -> dict[str, float]:
    """Return how long taking the next item and saving it take where nearly all of the queue was seen before."""
    async with services.database.transaction() as tx:
        await tx.execute(
            "UPDATE review_item SET seen_by = ARRAY['bench'] WHERE queue_id = %s AND id IN"
            " (SELECT id FROM review_item WHERE queue_id = %s ORDER BY id LIMIT %s)",
            (queue.id, queue.id, LABELLED),
        )
    takes, saves = [], []
    for _ in range(TURNS):
        began = time.perf_counter()
        case = await services.review_desk.take_next(queue, "bench")
        taken = time.perf_counter()
        assert case is not None
        await services.review_desk.save(queue, case.item.id, "bench", {"correct": True})
        takes.append((taken - began) * 1000)
        saves.append((time.perf_counter() - taken) * 1000)
    return {
        "seen_before": LABELLED,
        "take_p50": round(median(takes), 2),
        "take_p95": round(sorted(takes)[int(TURNS * 0.95)], 2),
        "save_p50": round(median(saves), 2),
    }


if __name__ == "__main__":
    main()
