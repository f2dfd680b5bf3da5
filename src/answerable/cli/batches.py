"""A batch on the command line: its files, and the run over them."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from answerable.answering.batches.journal import open_journal
from answerable.answering.batches.ledger import open_ledger
from answerable.answering.batches.provider import BuildRequest, ProviderBatch
from answerable.answering.batches.rows import count_rows, read_rows
from answerable.answering.batches.service import BatchService, Plan
from answerable.answering.batches.types import Tally
from answerable.answering.fields import get_fields
from answerable.answering.prompting.runner import PromptRunner
from answerable.answering.runs import Work
from answerable.answering.types import Answer, Caller, RunRequest
from answerable.api.run_schemas import render_run
from answerable.apps.types import Variant
from answerable.cli.batch_progress import shown_batch
from answerable.cli.run_input import GivenInput
from answerable.core.clock import SystemClock
from answerable.core.errors import InvalidInput
from answerable.core.ids import new_trace_id
from answerable.llm.types import ChatRequest
from answerable.wiring import Services

_EMPTY: tuple[Any, ...] = (None, False, [])


@dataclass(frozen=True, slots=True)
class BatchFiles:
    """Where a batch reads and writes."""

    rows: Path
    output: Path
    failures: Path

    @property
    def ledger(self) -> Path:
        """Where the jobs at the provider are noted."""
        return self.output.with_suffix(".jobs.jsonl")

    @classmethod
    def make(cls, given: GivenInput, output: Path, failures: Path | None) -> BatchFiles:
        """Raises InvalidInput when the rows do not come from one file of their own."""
        if given.source in {None, "-"} or given.values or given.files:
            raise InvalidInput(
                "A batch takes its rows from one file.", hint="Write --input rows.jsonl --output out.jsonl."
            )
        rows = Path(str(given.source).removeprefix("@"))
        failures = failures or output.with_suffix(".failures.jsonl")
        if len({path.resolve() for path in (rows, output, failures)}) < 3:
            raise InvalidInput(
                "--input, --output and --failures are not three files.", hint="Give each a file of its own."
            )
        return cls(rows, output, failures)


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """`poll_seconds` is the longest wait between two looks at a job of the provider's batch API, where that is used."""

    concurrency: int
    retry_failed: bool
    provider_batch: bool
    poll_seconds: float


async def run_batch(
    services: Services, request: RunRequest, files: BatchFiles, options: BatchOptions, console: Console
) -> Tally:
    """Run every row of the file that is not settled, and show how far it is. Raises what ends a batch."""
    request = replace(request, purpose="batch")
    variant = services.apps.get_variant(request.app)
    fields = get_fields(variant.content)
    plan = Plan(request, fields, files.rows.parent, _render_row, options.concurrency)
    service = BatchService(lambda row: services.runs.run(row, Caller()), clock=SystemClock())
    rows = partial(read_rows, files.rows, fields)
    total = count_rows(files.rows)
    with ExitStack() as stack:
        journal = stack.enter_context(
            open_journal(files.output, files.failures, retry_failed=options.retry_failed)
        )
        show = stack.enter_context(shown_batch(console))
        tally = Tally(total, journal.settled, journal.failed)
        if not options.provider_batch:
            await service.run(plan, rows(), journal, tally, on_settled=show)
            return tally
        ledger = stack.enter_context(open_ledger(files.ledger))
        batch = ProviderBatch(
            service=service,
            api=services.models.batches(_get_first_model(variant)),
            build=_make_build(services, variant),
            plan=plan,
            rows=rows,
            longest_wait=options.poll_seconds,
            say=partial(console.print, markup=False, soft_wrap=True),
        )
        await batch.run(journal, ledger, tally, on_settled=show)
        return tally


def _get_first_model(variant: Variant) -> str:
    if variant.content.kind != "prompt":
        raise InvalidInput(
            f"{variant.app} is a {variant.content.kind} app, and a provider's batch takes plain model calls.",
            hint="Leave out --provider-batch.",
        )
    return variant.content.model[0][0]


def _make_build(services: Services, variant: Variant) -> BuildRequest:
    clock = SystemClock()
    runner = PromptRunner(models=services.models, files=services.files, clock=clock)

    async def build(request: RunRequest) -> ChatRequest:
        work = Work(request, Caller(), variant, new_trace_id(), clock.monotonic(), live=False)
        return await runner.get_request(work)

    return build


def _render_row(answer: Answer) -> dict[str, Any]:
    """Return the answer as the HTTP API has it, without what is empty, and typed output only once."""
    kept = {"data" if answer.data is not None else "output", "cost_usd", "trace_id"}
    dropped = {"data", "output"} - kept
    return {
        name: value
        for name, value in render_run(answer).items()
        if name in kept or (name not in dropped and value not in _EMPTY)
    }
