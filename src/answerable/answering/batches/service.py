"""Runs the rows of a batch through one app, a bounded number at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from answerable.answering.batches.journal import Journal
from answerable.answering.batches.rows import open_files
from answerable.answering.batches.types import Row, Tally
from answerable.answering.fields import FILES
from answerable.answering.types import Answer, RunRequest
from answerable.apps.content import InputField
from answerable.core.clock import Clock
from answerable.core.errors import (
    AnswerableError,
    NotFound,
    RateLimited,
    ServiceError,
    SetupError,
    Unavailable,
)

_HOPELESS = 100
"""So many rows in a row that the service failed: the next ones would fare no better."""

_log = logging.getLogger(__name__)

RunOne = Callable[[RunRequest], Awaitable[Answer]]
OnSettled = Callable[[Tally], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run rows with: `request` with each row's input, and what `complete` makes of it.

    `folder` is where the paths of files count from, `render` makes a line of the output.
    """

    request: RunRequest
    fields: Mapping[str, InputField]
    folder: Path
    render: Callable[[Answer], Mapping[str, Any]]
    concurrency: int = 16
    complete: Callable[[Row, RunRequest], Awaitable[RunRequest]] | None = None


class BatchService:
    """Settles every row once: its answer, or why it has none, is written before the next one is taken up.

    A row whose run fails has been retried as its variant says. What would fail for every row ends the batch
    instead: a spent budget, a faulty set-up, a provider that is away. The rows left are then not settled, and the
    same call goes on with them.
    """

    def __init__(self, run: RunOne, *, clock: Clock) -> None:
        self._run = run
        self._clock = clock

    async def run(
        self,
        plan: Plan,
        rows: Iterator[Row],
        journal: Journal,
        tally: Tally,
        *,
        on_settled: OnSettled | None = None,
    ) -> None:
        """Run the rows that are not settled, and count them in `tally`. Raises what ends the batch."""
        batch = _Batch(plan, journal, tally, on_settled)
        started = self._clock.monotonic() - tally.seconds

        async def work() -> None:
            for row in rows:
                if not journal.is_settled(row):
                    await self._settle(row, batch)
                    batch.tell(self._clock.monotonic() - started)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(plan.concurrency):
                    group.create_task(work())
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from errors

    async def _settle(self, row: Row, batch: _Batch) -> None:
        try:
            request = await to_request(row, batch.plan)
            if batch.plan.complete is not None:
                request = await batch.plan.complete(row, request)
            answer = await self._run(request)
        except (NotFound, RateLimited, SetupError):
            raise
        except AnswerableError as error:
            batch.fail(row, error)
        except Exception:
            _log.exception("row %s failed", row.line)
            batch.fail(row, AnswerableError("This row met an error that was not foreseen.", code="internal"))
        else:
            batch.answer(row, answer)


@dataclass(slots=True)
class _Batch:
    """The state that the workers share."""

    plan: Plan
    journal: Journal
    tally: Tally
    on_settled: OnSettled | None
    failing: int = 0

    def answer(self, row: Row, answer: Answer) -> None:
        self.failing = 0
        self.journal.write_answer(row, self.plan.render(answer))
        self.tally.answered += 1
        if answer.cost_usd is None:
            self.tally.unpriced += 1
        else:
            self.tally.cost_usd += answer.cost_usd

    def fail(self, row: Row, error: AnswerableError) -> None:
        """Write the failure down. Raises Unavailable when it is the last of too many that the service failed."""
        self.journal.write_failure(row, describe_failure(error))
        self.tally.failed += 1
        self.failing = self.failing + 1 if isinstance(error, ServiceError) else 0
        if self.failing >= _HOPELESS:
            raise Unavailable(
                f"{self.failing} rows failed one after the other, the last with: {error.detail}",
                hint="Run the same command with --retry-failed when the provider is back.",
                code="batch_stopped",
            ) from error

    def tell(self, seconds: float) -> None:
        self.tally.seconds = seconds
        if self.on_settled is not None:
            self.on_settled(self.tally)


def describe_failure(error: AnswerableError) -> dict[str, Any]:
    """Return a failure as a line of the failure file."""
    described: dict[str, Any] = {"code": error.code, "detail": error.detail}
    if error.hint:
        described["hint"] = error.hint
    problems = getattr(error, "problems", ())
    if problems:
        described["errors"] = [{"at": one.at, "problem": one.problem} for one in problems]
    if error.trace_id is not None:
        described["trace_id"] = error.trace_id
    return described


async def to_request(row: Row, plan: Plan) -> RunRequest:
    """Return the request of a row. Raises its fault, or InvalidInput for a file that is not there."""
    if row.fault is not None:
        raise row.fault
    values = row.input
    if any(field.type in FILES for field in plan.fields.values()):
        values = await asyncio.to_thread(open_files, values, plan.fields, plan.folder)
    return replace(plan.request, input=values)
