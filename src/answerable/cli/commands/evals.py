"""`answerable evals list | show | compare | report | delete`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer
from pydantic_core import to_jsonable_python

from answerable.cli.eval_text import print_results, print_run, print_runs, print_table
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.cli.terminal import open_console
from answerable.core.errors import InvalidInput
from answerable.evaluation.reports.comparison import (
    render_comparison,
    render_comparison_markdown,
    render_comparison_table,
)
from answerable.evaluation.reports.files import Form, write_reports
from answerable.evaluation.reports.json_form import render_result, render_run, render_summary
from answerable.evaluation.runs.service import EvalService
from answerable.evaluation.runs.types import ResultFilter
from answerable.wiring import load_settings, open_services

evals = typer.Typer(help="Look at eval runs, and compare them.", no_args_is_help=True)

RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="Id of a run.")]
T = TypeVar("T")


@evals.command("list")
def list_(
    app: Annotated[str | None, typer.Option(help="Only runs of this app.")] = None,
    dataset: Annotated[str | None, typer.Option(help="Only runs on this dataset.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many, the newest.")] = 20,
    after: Annotated[str | None, typer.Option(help="Go on after this run.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List eval runs, newest first."""
    last = None if after is None else _read_id(after)
    page = _with_evals(
        workspace, lambda service: service.list_runs(app=app, dataset=dataset, limit=limit, after=last)
    )
    if as_json:
        _print_json({"runs": [render_run(run) for run in page.runs], "next_after": page.next_after})
    elif page.runs:
        print_runs(page.runs, open_console())
    else:
        typer.echo("There are no eval runs. Make one: answerable eval APP --dataset NAME")


@evals.command()
def show(
    run: RunArgument,
    failed: Annotated[bool, typer.Option("--failed", help="Only examples without an output.")] = False,
    metric: Annotated[str | None, typer.Option(help="Only examples with this metric.")] = None,
    below: Annotated[float | None, typer.Option(help="And a value of it below this.")] = None,
    above: Annotated[float | None, typer.Option(help="And a value of it above this.")] = None,
    tag: Annotated[str | None, typer.Option(help="Only examples with this tag.")] = None,
    text: Annotated[
        str | None, typer.Option(help="Only where the question or the answer has this text.")
    ] = None,
    key: Annotated[str | None, typer.Option(help="Only the example with this key.")] = None,
    limit: Annotated[int, typer.Option(min=0, max=1000, help="At most so many examples.")] = 20,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a run: what its metrics came to, and its examples."""
    id, wanted = _read_id(run), ResultFilter(failed or None, metric, below, above, tag, text, key)

    async def read(service: EvalService) -> tuple[Any, Any, Any, Any]:
        results = (await service.list_results(id, wanted, limit=limit)).results if limit else ()
        return await service.get(id), await service.summarise(id), results, await service.list_reasons(id)

    found, summary, results, reasons = _with_evals(workspace, read)
    if as_json:
        rendered = {**render_run(found), "metrics": render_summary(summary)}
        _print_json({**rendered, "results": [render_result(one) for one in results]})
        return
    print_run(found, summary, open_console(), reasons=reasons)
    print_results(found, results, open_console())
    if limit and not results:
        typer.echo("No example is shown: none that is settled is as you asked.", err=True)


@evals.command()
def compare(
    runs: Annotated[
        list[str], typer.Argument(metavar="RUN RUN...", help="Two runs or more on one dataset version.")
    ],
    markdown: Annotated[Path | None, typer.Option(help="Write the table here.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare runs with the first one, example by example."""
    ids = [_read_id(run) for run in runs]
    compared = _with_evals(workspace, lambda service: service.compare(ids))
    if markdown is not None:
        markdown.write_text(render_comparison_markdown(compared), encoding="utf-8")
    if as_json:
        _print_json(render_comparison(compared))
    else:
        print_table(render_comparison_table(compared), open_console())


@evals.command()
def report(
    run: RunArgument,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML here.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write Markdown here.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write an HTML page here.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the results here, for git.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Write the reports of a run that was made before."""
    id = _read_id(run)
    named: dict[Form, Path | None] = {"junit": junit, "markdown": markdown, "html": html, "output": output}
    paths = {form: path for form, path in named.items() if path is not None}
    if not paths:
        raise InvalidInput("No report is named.", hint="Give --html FILE, for example.")
    _with_evals(workspace, lambda service: write_reports(service, id, paths))


@evals.command()
def delete(run: RunArgument, workspace: WorkspaceOption = None) -> None:
    """Delete a run with its results."""
    id = _read_id(run)
    _with_evals(workspace, lambda service: service.delete(id))


def _read_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidInput(
            f"{text[:100]!r} is not the id of an eval run.", hint="`answerable evals list` shows them."
        ) from None


def _with_evals(workspace: Path | None, use: Callable[[EvalService], Awaitable[T]]) -> T:
    """Open the workspace for as long as it takes to use its eval runs."""

    async def run() -> T:
        async with open_services(load_settings(workspace)) as services:
            return await use(services.evals)

    return asyncio.run(run())


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, default=to_jsonable_python))
