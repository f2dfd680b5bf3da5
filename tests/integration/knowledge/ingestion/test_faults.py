"""A parser that dies, hangs or eats memory costs one document; two runs at once cost none."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from answerable.core.errors import SetupError
from answerable.knowledge.ingestion.pool import PoolSettings
from answerable.knowledge.ingestion.service import IngestionSettings
from answerable.knowledge.ingestion.types import Progress
from answerable.knowledge.types import IndexSettings
from tests.integration.knowledge.ingestion.harness import (
    COLLECTION,
    Ingestion,
    MakeIngestion,
    write_document,
)

IMPATIENT = PoolSettings(processes=1, silence=1.5, idle=0.5, hard_memory_bytes=600 << 20)


@pytest.mark.parametrize(
    ("fault", "reason"), [("crash", "crashed"), ("hang", "longer than"), ("greedy", "memory")]
)
async def test_a_parser_that_takes_its_process_down_fails_one_document(
    make_ingestion: MakeIngestion, folder: Path, fault: str, reason: str
) -> None:
    # Taking memory is slow on a busy machine, and must not be taken for silence.
    pool = replace(IMPATIENT, silence=60.0) if fault == "greedy" else IMPATIENT
    ingestion: Ingestion = await make_ingestion(settings=IngestionSettings(pool=pool, niceness=0))
    write_document(folder / f"{fault}.md", "nothing")
    progress = await ingestion.ingest(folder)
    (problem,) = await ingestion.service.list_problems(progress.run_id)
    assert (progress.state, progress.documents_done, progress.documents_failed) == ("done", 3, 1)
    assert reason in problem.reason
    assert problem.uri.endswith(f"{fault}.md")


async def test_a_reading_process_that_is_killed_is_replaced(
    make_ingestion: MakeIngestion, folder: Path
) -> None:
    ingestion: Ingestion = await make_ingestion(
        settings=IngestionSettings(pool=PoolSettings(processes=1), niceness=0)
    )
    await ingestion.ingest(folder)
    (pid,) = ingestion.service.pool.pids
    os.kill(pid, signal.SIGKILL)
    write_document(folder / "new.md", "news")
    progress = await ingestion.ingest(folder)
    again = await ingestion.ingest(folder)
    assert progress.documents_done + again.documents_done == 1
    assert len(await ingestion.list_texts()) == 4


async def test_idle_processes_stop(make_ingestion: MakeIngestion, folder: Path) -> None:
    ingestion: Ingestion = await make_ingestion(settings=IngestionSettings(pool=IMPATIENT, niceness=0))
    await ingestion.ingest(folder)
    async with asyncio.timeout(60):
        while ingestion.service.pool.pids:  # noqa: ASYNC110 - what it waits for is an operating system's process
            await asyncio.sleep(0.05)
    write_document(folder / "new.md", "news")
    assert (await ingestion.ingest(folder)).documents_done == 1


async def test_two_runs_at_once_write_every_document_once(ingestion: Ingestion, tmp_path: Path) -> None:
    root = tmp_path / "many"
    root.mkdir()
    for number in range(40):
        write_document(root / f"{number:02}.md", f"topic{number}", sections=2)
    runs = [await ingestion.service.start_run(COLLECTION, [str(root)]) for _ in range(2)]
    ends: list[Progress] = await asyncio.gather(*(ingestion.service.wait(run.id) for run in runs))
    assert [end.state for end in ends] == ["done", "done"]
    assert sum(end.documents_done for end in ends) == 40
    assert sum(end.documents_unchanged for end in ends) == 40
    doubles = "SELECT count(*), count(DISTINCT (document_id, position)) FROM chunk"
    ((chunks, distinct),) = await ingestion.fetch(doubles)
    assert chunks == distinct


async def test_a_collection_deleted_meanwhile_ends_its_runs(
    make_ingestion: MakeIngestion, folder: Path
) -> None:
    ingestion: Ingestion = await make_ingestion(worker=False)
    await ingestion.service.start_run(COLLECTION, [str(folder)])
    await ingestion.knowledge.delete_collection(COLLECTION, by="ops")
    second: Ingestion = await make_ingestion()
    assert (await second.ingest(folder)).documents_done == 3


async def test_a_run_waits_for_a_worker_and_survives_the_death_of_who_started_it(
    make_ingestion: MakeIngestion, folder: Path
) -> None:
    first: Ingestion = await make_ingestion(worker=False)
    run = await first.service.start_run(COLLECTION, [str(folder)])
    second: Ingestion = await make_ingestion()
    assert (await second.service.wait(run.id)).documents_done == 3


_REMOTE = IngestionSettings(
    index=IndexSettings(embedder="test:remote"), pool=PoolSettings(processes=1), niceness=0
)


async def test_who_waits_for_a_provider_is_told_why(
    make_ingestion: MakeIngestion, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ingestion: Ingestion = await make_ingestion(settings=_REMOTE)
    ingestion.provider.passages_left = 0
    run = await ingestion.service.start_run(COLLECTION, [str(folder)])
    async with asyncio.timeout(60):
        while "tried again" not in caplog.text:  # noqa: ASYNC110 - the worker logs it
            await asyncio.sleep(0.05)
    assert "The provider is away." in caplog.text
    ingestion.provider.passages_left = None
    progress = await ingestion.service.wait(run.id)
    assert (progress.documents_done, progress.documents_failed) == (3, 0)


async def test_what_no_waiting_mends_fails_at_once(make_ingestion: MakeIngestion, folder: Path) -> None:
    ingestion: Ingestion = await make_ingestion(settings=_REMOTE)
    ingestion.provider.refuses = SetupError("It sends 256 dimensions, not 300.", hint="Set 256.")
    progress = await ingestion.ingest(folder)
    assert (progress.state, progress.documents_done, progress.documents_failed) == ("done", 0, 3)
    problems = await ingestion.service.list_problems(progress.run_id)
    assert {(problem.reason, problem.hint) for problem in problems} == {
        ("It sends 256 dimensions, not 300.", "Set 256.")
    }
