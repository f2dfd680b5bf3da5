"""Eval runs that were made: found, read, compared, deleted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from answerable.core.clock import Clock
from answerable.core.errors import InvalidInput, NotFound
from answerable.datasets.service import DatasetService
from answerable.db.database import Connection, Database
from answerable.evaluation.runs import failure_store, item_store, run_store
from answerable.evaluation.runs.comparing import Means, RunComparison, assemble, check_comparable
from answerable.evaluation.runs.item_store import Place
from answerable.evaluation.runs.slices import TagSummary, list_slices
from answerable.evaluation.runs.summaries import summarise
from answerable.evaluation.runs.types import (
    EvalRun,
    EvalRunPage,
    FailureReason,
    ItemResult,
    MetricSummary,
    ResultFilter,
    ResultPage,
)

_MAX_PAGE: Final = 1_000
_EVERYTHING: Final = ResultFilter()

ListTrust = Callable[[Mapping[str, str]], Awaitable[Mapping[str, str]]]
"""Returns how far judges agree with people, in a line each, from the versions of evaluators by their ids."""
EraseTraces = Callable[[Connection, Sequence[str]], Awaitable[Sequence[str]]]
"""Deletes traces in the transaction."""


class EvalRecords:
    """Eval runs as they were kept."""

    def __init__(
        self,
        database: Database,
        *,
        datasets: DatasetService,
        clock: Clock,
        list_trust: ListTrust | None = None,
        erase_traces: EraseTraces | None = None,
    ) -> None:
        self._database = database
        self._datasets = datasets
        self._clock = clock
        self._list_trust = list_trust
        self._erase_traces = erase_traces

    async def get(self, id: UUID) -> EvalRun:
        """Raises NotFound (`unknown_eval_run`)."""
        async with self._database.transaction() as tx:
            found = await run_store.find(tx, id)
        if found is None:
            raise NotFound(
                f"There is no eval run {id}.",
                hint="`answerable evals list` shows them.",
                code="unknown_eval_run",
            )
        return replace(found, summary=await self._tell_trust(found.summary))

    async def list_runs(
        self,
        *,
        app: str | None = None,
        dataset: str | None = None,
        limit: int = 50,
        after: UUID | None = None,
    ) -> EvalRunPage:
        """Return runs, newest first."""
        limit = max(1, min(limit, _MAX_PAGE))
        async with self._database.transaction() as tx:
            runs = await run_store.list_newest(tx, app=app, dataset=dataset, before=after, limit=limit + 1)
        return EvalRunPage(tuple(runs[:limit]), runs[limit - 1].id if len(runs) > limit else None)

    async def list_results(
        self,
        run_id: UUID,
        wanted: ResultFilter = _EVERYTHING,
        *,
        after: Place | None = None,
        limit: int = 100,
    ) -> ResultPage:
        """Return settled items in the order of the dataset. Raises NotFound."""
        await self.get(run_id)
        limit = max(1, min(limit, _MAX_PAGE))
        async with self._database.transaction() as tx:
            found = await item_store.list_results(tx, run_id, wanted, after=after, limit=limit + 1)
        results = await self._attach_examples(found[:limit])
        last = results[-1] if len(found) > limit else None
        return ResultPage(tuple(results), None if last is None else (last.position, last.repeat))

    async def iterate_results(
        self, run_id: UUID, *, wanted: ResultFilter = _EVERYTHING, batch: int = 500
    ) -> AsyncIterator[Sequence[ItemResult]]:
        """Yield all settled items of a run, some at a time. Raises NotFound."""
        after: Place | None = None
        while True:
            page = await self.list_results(run_id, wanted, after=after, limit=batch)
            if page.results:
                yield page.results
            if page.next_after is None:
                return
            after = page.next_after

    async def list_reasons(self, run_id: UUID) -> list[FailureReason]:
        """Return why the target most often gave nothing, and why each evaluator did; nothing where all went well."""
        async with self._database.transaction() as tx:
            return await failure_store.list_reasons(tx, run_id)

    async def summarise(self, run_id: UUID) -> tuple[MetricSummary, ...]:
        """Return what the metrics of a run come to, as far as it is. Raises NotFound."""
        run = await self.get(run_id)
        if run.state == "done":
            return run.summary
        async with self._database.transaction() as tx:
            summary = await summarise(tx, run_id, run.evaluators)
        return await self._tell_trust(summary)

    async def compare(self, run_ids: Sequence[UUID]) -> RunComparison:
        """Compare runs with the first of them, example by example.

        Raises NotFound, InvalidInput (`nothing_to_compare`) for less than two, and Conflict
        (`dataset_versions_differ`).
        """
        if len(run_ids) < 2 or len(set(run_ids)) < len(run_ids):
            raise InvalidInput("A comparison takes two different runs or more.", code="nothing_to_compare")
        runs = [await self.get(id) for id in run_ids]
        check_comparable(runs)
        summaries = [await self.summarise(run.id) for run in runs]
        means = [await self.list_means(id) for id in run_ids]
        return await asyncio.to_thread(assemble, runs, summaries, means)

    async def list_means(self, run_id: UUID) -> Mapping[str, Means]:
        """Return the mean of each example's repeats, by metric and by the example's key. Raises NotFound."""
        await self.get(run_id)
        async with self._database.transaction() as tx:
            return await item_store.list_means(tx, run_id)

    async def list_slices(self, run_id: UUID) -> tuple[TagSummary, ...]:
        """Return what the metrics come to on the examples of each of the most frequent tags. Raises NotFound."""
        run = await self.get(run_id)
        async with self._database.transaction() as tx:
            return await list_slices(tx, run_id, run.evaluators)

    async def delete(self, run_id: UUID) -> None:
        """Delete a run with its results. Raises NotFound."""
        await self.get(run_id)
        async with self._database.transaction() as tx:
            await item_store.delete_of_run(tx, run_id)
            await run_store.delete(tx, run_id)

    async def delete_of_traces(self, tx: Connection, trace_ids: Sequence[str]) -> int:
        """Delete what runs hold of these traces, and the traces of what examples made from them were asked; return how
        many items that were."""
        gone = await item_store.delete_of_traces(tx, trace_ids)
        others = {one for one in gone if one is not None} - set(trace_ids)
        if others and self._erase_traces is not None:
            await self._erase_traces(tx, sorted(others))
        return len(gone)

    async def _tell_trust(self, summary: tuple[MetricSummary, ...]) -> tuple[MetricSummary, ...]:
        """Say beside the metrics of judges how far these agree with people."""
        if self._list_trust is None:
            return summary
        trust = await self._list_trust({one.evaluator: one.version for one in summary})
        return tuple(replace(one, trust=trust.get(one.evaluator, "")) for one in summary)

    async def _attach_examples(self, results: Sequence[ItemResult]) -> list[ItemResult]:
        ids = {one.example_id for one in results if one.example_id is not None}
        examples = await self._datasets.find_examples(ids)
        return [
            one if one.example_id is None else replace(one, example=examples.get(one.example_id))
            for one in results
        ]
