"""`answerable serve`: API, console and worker in one process."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from answerable import __version__
from answerable.cli.options import DEFAULT_COLLECTION, WorkspaceOption
from answerable.cli.progress import follow_run
from answerable.cli.server.address import bind, url_of
from answerable.cli.server.loop import run as run_process
from answerable.cli.server.process import serve as serve_until_stopped
from answerable.cli.server.ready_file import without_stale, write_ready_file
from answerable.core.errors import InvalidInput
from answerable.wiring import Services, load_settings, open_services

_EXAMPLE = "How are citations verified?"


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; else server.host.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; 0 takes any that is free.")
    ] = None,
    ready_file: Annotated[
        Path | None,
        typer.Option(help="Keep {url, admin_key, pid} there as JSON while the server answers."),
    ] = None,
    ingest: Annotated[
        list[str] | None,
        typer.Option(help="Bring this path or page into the collection at the start (repeat)."),
    ] = None,
    collection: Annotated[
        str, typer.Option("--collection", "-c", help="Collection for --ingest.")
    ] = DEFAULT_COLLECTION,
    worker: Annotated[bool, typer.Option(help="Run the ingestion worker in here.")] = True,
    workspace: WorkspaceOption = None,
) -> None:
    """Serve the API and the console, and print how to reach them."""
    settings = load_settings(workspace)
    if ingest and not worker:
        raise InvalidInput(
            "--ingest needs the worker.", hint="Leave --no-worker out, or run `answerable ingest`."
        )
    wanted = settings.server.port if port is None else port
    listener = bind(host or settings.server.host, wanted, exact=port is not None)
    console = Console(highlight=False, soft_wrap=True)

    async def run() -> None:
        async with open_services(settings) as services:
            await services.apply_workspace()
            secret, _ = await services.admin_key.ensure(services.access)
            url = url_of(listener)

            async def announce() -> None:
                _print_address(console, url, secret, wanted)
                if ready_file is not None:
                    write_ready_file(ready_file, url=url, admin_key=secret)
                if ingest:
                    await _bring_in(services, ingest, collection)
                _print_examples(console, url, secret, collection=collection, workspace=workspace)

            await serve_until_stopped(
                services, listener, with_worker=worker and settings.server.ingest, on_ready=announce
            )

    with without_stale(ready_file):
        run_process(run())


async def _bring_in(services: Services, paths: list[str], collection: str) -> None:
    await services.knowledge.get_or_create_collection(collection)
    run = await services.ingestion.start_run(collection, paths)
    await follow_run(services, run.id)


def _print_address(console: Console, url: str, secret: str, wanted: int) -> None:
    if wanted and not url.endswith(f":{wanted}"):
        console.print(f"Port {wanted} is taken; this server listens on {url.rpartition(':')[2]}.")
    console.print(f"\n[bold]Answerable {__version__}[/] is ready.\n")
    console.print(f"  Console  [link]{url}/?key={secret}[/link]", markup=True)


def _print_examples(
    console: Console, url: str, secret: str, *, collection: str, workspace: Path | None
) -> None:
    """Print lines that work as they are, in the collection that was named."""
    body, command = {"question": _EXAMPLE}, [*_shown_command(), "ask", _EXAMPLE]
    if collection != DEFAULT_COLLECTION:
        body["collection"] = collection
        command += ["--collection", collection]
    if workspace is not None:
        command += ["--workspace", str(workspace)]
    console.print(
        f"  HTTP     curl -s {url}/ask -H 'Authorization: Bearer {secret}' "
        f"-H 'Content-Type: application/json' -d {shlex.quote(json.dumps(body))}",
        markup=False,
    )
    console.print(f"  Terminal {shlex.join(command)}\n\n  Ctrl-C stops it.", markup=False)


def _shown_command() -> list[str]:
    """Return the command as this shell can run it: relative when it lies below the current folder."""
    program = Path(sys.argv[0])
    if program.name == "__main__.py":
        return [sys.executable, "-m", "answerable"]
    if program.is_absolute() and program.is_relative_to(Path.cwd()):
        return [str(program.relative_to(Path.cwd()))]
    return [sys.argv[0]]
