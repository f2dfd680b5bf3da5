"""A process that records traces and says when none is in its memory alone: `CONNINFO SPILL COUNT [FILE_BYTES]`.

`FILE_BYTES` is how large a file of it may grow: beyond that its disk is full. After "safe" it goes on to record a
trace a millisecond until it is killed; with `FILE_BYTES` it lifts the bound at a newline and ends.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
from pathlib import Path

from answerable.db.database import Database
from answerable.traces.service import TraceService
from answerable.traces.writing.types import WritingLimits
from tests.fakes.traces import make_span, make_trace

LIMITS = WritingLimits(traces=2000)


async def main() -> None:
    conninfo, spill, count, *bound = sys.argv[1:]
    if bound:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(bound[0]), resource.RLIM_INFINITY))
    database = Database(conninfo, wait=0.2)
    await database.open()
    service = TraceService(database, spill=Path(spill), limits=LIMITS)
    async with service.written():
        ids = [record(service) for _ in range(int(count))]
        if bound:
            await _meet_a_full_disk(service)
            return
        while service.waiting:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        say({"safe": ids, "spilled": service.spilled})
        while True:
            record(service)
            await asyncio.sleep(0.001)


async def _meet_a_full_disk(service: TraceService) -> None:
    while not (service.dropped and service.spill_problem):
        record(service)
        if service.waiting % 100 == 0 or service.dropped:
            await asyncio.sleep(0.01)
    say({"dropped": service.dropped, "spilled": service.spilled, "waiting": service.waiting})
    await asyncio.to_thread(sys.stdin.readline)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    while service.waiting:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    say({"dropped": service.dropped, "spilled": service.spilled, "waiting": service.waiting})


def record(service: TraceService) -> str:
    trace = make_trace(output=os.urandom(300).hex())
    service.record(trace, [make_span(trace.id)])
    return trace.id


def say(values: object) -> None:
    print(json.dumps(values), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
