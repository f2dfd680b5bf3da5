"""Do the jobs of the queue, inside `serve` as a task or by `answerable worker`."""

from __future__ import annotations

import asyncio

from answerable.jobs.worker import JobWorker
from answerable.knowledge.ingestion.service import IngestionService


async def run_worker(worker: JobWorker, ingestion: IngestionService, *, grace: float | None = None) -> None:
    """Work until cancelled; then let running jobs end, put the rest back, and stop the reading processes.

    `grace` is how many seconds running jobs get to end; by default as the worker's settings say.
    """
    try:
        await worker.run(ingestion.queues, grace=grace)
    finally:
        await asyncio.shield(ingestion.close())
