"""`answerable worker`: the ingestion worker as a process of its own, beside one or more servers."""

from __future__ import annotations

import asyncio
import signal

import typer

from answerable.cli.options import WorkspaceOption
from answerable.cli.server.loop import run as run_process
from answerable.wiring import load_settings, open_services
from answerable.worker.run import run_worker


def worker(workspace: WorkspaceOption = None) -> None:
    """Do ingestion jobs until SIGINT or SIGTERM; running ones are finished or put back."""

    async def run() -> None:
        async with open_services(load_settings(workspace)) as services:
            task = asyncio.ensure_future(run_worker(services.job_worker, services.ingestion))
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, task.cancel)
            typer.echo("The worker is ready. Ctrl-C stops it.")
            await asyncio.gather(task, return_exceptions=True)
            if not task.cancelled():
                task.result()

    run_process(run())
