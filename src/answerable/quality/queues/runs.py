"""From a scan to items of a queue, page by page: the memory is that of one page, however many runs there are."""

from __future__ import annotations

import heapq
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Final, Protocol

from answerable.quality.queues.scans import Scan, within
from answerable.reviews.service import ReviewService
from answerable.reviews.types import Candidate, Queue, Taken
from answerable.traces.service import TraceService
from answerable.traces.types import TraceFilter

_PAGE: Final = 5_000


class Key(Protocol):
    """What runs are found by."""

    @property
    def trace_id(self) -> str: ...
    @property
    def span_id(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...


class RunScanner:
    def __init__(self, *, reviews: ReviewService, traces: TraceService) -> None:
        self._reviews = reviews
        self._traces = traces

    async def run(
        self,
        queue: Queue,
        scan: Scan,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        report: Callable[[Taken], None] | None = None,
    ) -> Taken:
        """Put in what a scan finds in a time, newest first; return what came of it."""
        taken = Taken()
        found = within(scan.filter, since, until)
        if found is None or is_full(queue, scan):
            return taken
        pages = self._list_oldest(found, scan) if scan.oldest else self._list_pages(found, scan)
        async for candidates in pages:
            page = await self._reviews.add(queue, candidates, group=scan.group, most=scan.most)
            taken += page
            if report is not None:
                report(taken)
            if page.over:
                break
        return taken

    async def _list_pages(self, filter: TraceFilter, scan: Scan) -> AsyncIterator[list[Candidate]]:
        async for keys in self._list_keys(filter):
            yield [_to_candidate(scan, key) for key in keys if scan.keeps(key.trace_id)]

    async def _list_oldest(self, filter: TraceFilter, scan: Scan) -> AsyncIterator[list[Candidate]]:
        """Yield the oldest runs at once: they are known when all have been seen."""
        oldest: list[Key] = []
        async for keys in self._list_keys(filter):
            oldest = heapq.nsmallest(scan.most or _PAGE, [*oldest, *keys], key=_age)
        yield [_to_candidate(scan, key) for key in oldest]

    async def _list_keys(self, filter: TraceFilter) -> AsyncIterator[Sequence[Key]]:
        after: str | None = None
        while True:
            keys, after = await self._traces.list_keys(filter, after=after, limit=_PAGE)
            yield keys
            if after is None:
                return


def is_full(queue: Queue, scan: Scan) -> bool:
    """Tell whether the scan's group has put in all that it may."""
    return scan.most is not None and queue.taken.get(scan.group, 0) >= scan.most


def _age(key: Key) -> tuple[datetime, str, str]:
    return key.started_at, key.trace_id, key.span_id


def _to_candidate(scan: Scan, key: Key) -> Candidate:
    return Candidate(
        trace_id=key.trace_id,
        span_id=key.span_id,
        started_at=key.started_at,
        reason=scan.reason,
        slice=scan.slice,
        priority=scan.priority,
    )
