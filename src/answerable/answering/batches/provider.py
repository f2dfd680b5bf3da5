"""Rows through the provider's batch API: handed in all at once, answered within a day, for about half the price.

What comes back runs through the app as if the model had just said it: checked against the schema, priced, traced,
counted in the budgets. A row that the provider left without an answer, and a repair round, are asked in the usual way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from itertools import islice

from answerable.answering.batches.journal import Journal
from answerable.answering.batches.ledger import HandedIn, Ledger
from answerable.answering.batches.service import BatchService, OnSettled, Plan, to_request
from answerable.answering.batches.types import Row, Tally
from answerable.answering.fields import FILES
from answerable.answering.types import RunRequest
from answerable.core.errors import AnswerableError, ServiceError
from answerable.llm.providers.types import BatchApi, Collected
from answerable.llm.types import ChatRequest

BuildRequest = Callable[[RunRequest], Awaitable[ChatRequest]]
"""Makes the model call that a run begins with, without making it."""

_AT_ONCE = 10_000
_AT_ONCE_WITH_FILES = 200
"""Rows that are held in memory until they are handed in."""

_FIRST_WAIT = 5.0
"""Seconds from the first look at a job to the second; each further wait is half as long again."""
_FAILED_LOOKS = 5


class ProviderBatch:
    """One batch over one provider's API.

    `rows` reads the rows from the start each time that it is called; `longest_wait` is how many seconds may pass
    between two looks at a job; `say` is told what was handed in.
    """

    def __init__(
        self,
        *,
        service: BatchService,
        api: BatchApi,
        build: BuildRequest,
        plan: Plan,
        rows: Callable[[], Iterator[Row]],
        longest_wait: float,
        say: Callable[[str], None],
    ) -> None:
        self._service = service
        self._api = api
        self._build = build
        self._plan = plan
        self._rows = rows
        self._longest_wait = longest_wait
        self._say = say

    async def run(
        self, journal: Journal, ledger: Ledger, tally: Tally, *, on_settled: OnSettled | None = None
    ) -> None:
        """Settle every row. Stopped at any point, the same call goes on there. Raises what ends a batch."""
        await self._hand_in(journal, ledger)
        for handed in ledger.jobs:
            rows = [row for row in self._rows() if _to_id(row) in handed.ids and not journal.is_settled(row)]
            if rows:
                plan = replace(self._plan, complete=self._make_complete(await self._wait_for(handed)))
                await self._service.run(plan, iter(rows), journal, tally, on_settled=on_settled)
        # What could not be handed in says here why.
        await self._service.run(self._plan, self._rows(), journal, tally, on_settled=on_settled)

    async def _hand_in(self, journal: Journal, ledger: Ledger) -> None:
        known = {id_ for handed in ledger.jobs for id_ in handed.ids}
        left = (row for row in self._rows() if not journal.is_settled(row) and _to_id(row) not in known)
        has_files = any(field.type in FILES for field in self._plan.fields.values())
        size = min(self._api.max_requests, _AT_ONCE_WITH_FILES if has_files else _AT_ONCE)
        while part := list(islice(left, size)):
            requests = await self._build_all(part)
            async for job, ids in self._api.submit(requests):
                ledger.add(job, ids)
                self._say(f"Handed in {len(ids)} rows to {self._api.name} as {job.id}.")

    async def _build_all(self, rows: list[Row]) -> dict[str, ChatRequest]:
        requests = {}
        for row in rows:
            try:
                requests[_to_id(row)] = await self._build(await to_request(row, self._plan))
            except AnswerableError:
                continue  # the row settles as a failure when its turn comes
        return requests

    async def _wait_for(self, handed: HandedIn) -> Collected:
        """Look at the job until it has ended, and return what became of its requests."""
        job, wait, failed = handed.job, _FIRST_WAIT, 0
        while not job.ended:
            try:
                job, failed = await self._api.check(job), 0
            except ServiceError:
                failed += 1
                if failed == _FAILED_LOOKS:
                    raise
            if not job.ended:
                await asyncio.sleep(min(wait, self._longest_wait))
                wait *= 1.5
        return await self._api.collect(job)

    def _make_complete(self, collected: Collected) -> Callable[[Row, RunRequest], Awaitable[RunRequest]]:
        async def complete(row: Row, request: RunRequest) -> RunRequest:
            built = await self._build(request)
            try:
                answered = collected.read(_to_id(row), built)
            except ServiceError:
                return request
            # A cached answer would be another one than that which is paid for.
            return replace(request, answered=answered, fresh=True)

        return complete


def _to_id(row: Row) -> str:
    """Return the id of a row's request; it changes with the row."""
    return f"row-{row.line}-{row.digest}"
