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
from answerable.answering.recording import find_failed_cost
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
_PATIENCE = 60.0
"""Seconds without an answer for which rows wait for models that are at rest."""
_AT_REST = "circuit_open"

_log = logging.getLogger(__name__)


class BatchStopped(Unavailable):
    """What failed would fail for the rows that are left, too."""

    def __init__(self, detail: str, *, hint: str) -> None:
        super().__init__(detail, hint=hint, code="batch_stopped")


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
            answer = await self._run_when_awake(request, batch)
        except (NotFound, RateLimited, SetupError, BatchStopped):
            raise
        except AnswerableError as error:
            batch.fail(row, error)
        except Exception:
            _log.exception("row %s failed", row.line)
            batch.fail(row, AnswerableError("This row met an error that was not foreseen.", code="internal"))
        else:
            batch.answer(row, answer)

    async def _run_when_awake(self, request: RunRequest, batch: _Batch) -> Answer:
        """Run a row. Models that are at rest were not asked: it waits for them, and is no failure.

        Raises BatchStopped when they stay away.
        """
        while True:
            try:
                return await self._run(request)
            except Unavailable as error:
                if error.code != _AT_REST:
                    raise
                left = batch.get_patience(self._clock.monotonic(), error)
                await asyncio.sleep(min(error.retry_after, left))


@dataclass(slots=True)
class _Batch:
    """The state that the workers share. `resting` is since when models are at rest, in monotonic seconds."""

    plan: Plan
    journal: Journal
    tally: Tally
    on_settled: OnSettled | None
    failing: int = 0
    resting: float | None = None

    def get_patience(self, now: float, error: Unavailable) -> float:
        """Return for how many seconds a row may still wait. Raises BatchStopped when that is over."""
        if self.resting is None:
            self.resting = now
        left = self.resting + _PATIENCE - now
        if left <= 0:
            raise BatchStopped(
                f"Nothing was answered for {_PATIENCE:.0f} s: {error.detail}",
                hint="Run the same command again when the provider is back; the rows that are left wait for it.",
            ) from error
        return left

    def answer(self, row: Row, answer: Answer) -> None:
        self.failing = 0
        self.resting = None
        self.journal.write_answer(row, self.plan.render(answer))
        self.tally.answered += 1
        self.tally.add_cost(answer.cost_usd)

    def fail(self, row: Row, error: AnswerableError) -> None:
        """Write the failure down. Raises BatchStopped when it is the last of too many that the service failed.

        A row that is wrong itself says nothing of the service.
        """
        self.journal.write_failure(row, describe_failure(error))
        self.tally.failed += 1
        self.tally.add_cost(find_failed_cost(error))
        self.failing += isinstance(error, ServiceError)
        if self.failing >= _HOPELESS:
            raise BatchStopped(
                f"{self.failing} rows failed one after the other, the last with: {error.detail}",
                hint="Run the same command with --retry-failed when the provider is back.",
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
