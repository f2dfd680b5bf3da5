"""`answerable eval`: an app, or anything else, measured on a dataset."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from answerable.cli.errors import FAILED
from answerable.cli.eval_text import print_run
from answerable.cli.evaluating import evaluate, evaluate_variants
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.cli.person import get_person
from answerable.cli.terminal import open_console
from answerable.core.errors import InvalidInput
from answerable.evaluation.planning import Asked
from answerable.evaluation.reports.comparison import render_comparison, render_comparison_markdown
from answerable.evaluation.reports.files import Form
from answerable.evaluation.reports.json_form import render_run
from answerable.evaluation.runs.comparing import RunComparison
from answerable.evaluation.runs.types import EvalRun, FailureReason
from answerable.evaluation.targets.other_models import register_models
from answerable.wiring import load_settings, open_services


def eval_(
    app: Annotated[
        str, typer.Argument(metavar="APP", help="Name of the app, or APP@VARIANT; what runs are kept under.")
    ],
    dataset: Annotated[str, typer.Option("--dataset", "-d", help="NAME as it is now, or NAME@3.")],
    variant: Annotated[str | None, typer.Option(help="A variant, a label, or the start of a hash.")] = None,
    target: Annotated[
        str | None,
        typer.Option(
            help="Measure this instead: an address, openai:MODEL@URL, FILE.py:FUNCTION, or a YAML file."
        ),
    ] = None,
    retrieval: Annotated[
        bool, typer.Option("--retrieval", help="The search alone; no model is asked.")
    ] = False,
    compare_models: Annotated[
        str | None, typer.Option(help="Models, comma between: the variant with each of them, in one table.")
    ] = None,
    evaluator: Annotated[
        list[str] | None,
        typer.Option("--evaluator", "-e", help="Such as exact, contains:TEXT, or JSON of an entry (repeat)."),
    ] = None,
    repeats: Annotated[int, typer.Option(min=1, max=100, help="How often each example is asked.")] = 1,
    concurrency: Annotated[int, typer.Option(min=1, max=512, help="Examples at once.")] = 16,
    max_usd: Annotated[
        float | None, typer.Option(help="Stop when this much is spent, judges included.")
    ] = None,
    deadline: Annotated[
        float, typer.Option(min=0.1, max=3600, help="Seconds that one output may take.")
    ] = 120.0,
    split: Annotated[str, typer.Option(help="Only this part of the dataset.")] = "",
    tag: Annotated[
        list[str] | None, typer.Option(help="Only examples with this tag (repeat: with all).")
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Pay for everything again, and start a new run.")
    ] = False,
    note: Annotated[str, typer.Option(help="Kept with the run.")] = "",
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML here.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write Markdown here.")] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write an HTML page here that needs nothing else.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the results here, as JSON lines for git.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure an app on a dataset. A run that was stopped goes on where it was, by the same command.

    Answers that an unchanged app gave to unchanged examples are taken from earlier runs, and so are their scores.
    """
    if variant is not None and "@" in app:
        raise InvalidInput(f"{app!r} names a variant, and so does --variant.", hint="Name it once.")
    asked = Asked(
        app=app if variant is None else f"{app}@{variant}",
        dataset=dataset,
        target=target,
        retrieval=retrieval,
        evaluators=tuple(_read_entry(text) for text in evaluator or ()),
        split=split,
        tags=tuple(tag or ()),
        repeats=repeats,
        concurrency=concurrency,
        deadline=deadline,
        max_usd=None if max_usd is None else Decimal(str(max_usd)),
        fresh=fresh,
        by=get_person(),
        note=note,
    )
    named: dict[Form, Path | None] = {"junit": junit, "markdown": markdown, "html": html, "output": output}
    reports = {form: path for form, path in named.items() if path is not None}
    if compare_models is not None:
        _compare_models(asked, compare_models, reports, workspace, as_json=as_json)
        return
    run, reasons = asyncio.run(_evaluate(asked, reports, workspace))
    _print(run, reasons, as_json=as_json)
    if run.state != "done" or run.failed:
        raise typer.Exit(FAILED)


async def _evaluate(
    asked: Asked, reports: dict[Form, Path], workspace: Path | None
) -> tuple[EvalRun, list[FailureReason]]:
    async with open_services(load_settings(workspace)) as services:
        run = await evaluate(services, asked, console=_stderr(), reports=reports)
        return run, await services.evals.list_reasons(run.id)


def _compare_models(
    asked: Asked, models: str, reports: dict[Form, Path], workspace: Path | None, *, as_json: bool
) -> None:
    """Print the table; `--markdown` has it in a file."""
    unfit = set(reports) - {"markdown"}
    if unfit or asked.target is not None or asked.retrieval:
        raise InvalidInput(
            "--compare-models takes an app, and writes --markdown alone.", hint="Leave the other options out."
        )
    names = tuple(dict.fromkeys(name.strip() for name in models.split(",") if name.strip()))
    compared = asyncio.run(_measure_models(asked, names, workspace))
    text = render_comparison_markdown(compared)
    if "markdown" in reports:
        reports["markdown"].write_text(text, encoding="utf-8")
    typer.echo(json.dumps(render_comparison(compared), ensure_ascii=False) if as_json else text)
    if any(run.failed for run in compared.runs):
        raise typer.Exit(FAILED)


async def _measure_models(asked: Asked, models: tuple[str, ...], workspace: Path | None) -> RunComparison:
    """Measure the variant as it is, and with each model; all on the version that the dataset has at the beginning."""
    settings = load_settings(workspace)
    async with open_services(settings) as services:
        version = await services.datasets.get_version(asked.dataset)
        variants = await register_models(
            services.apps, asked.app, models, workspace=settings.workspace, by=asked.by
        )
        base = services.apps.get_variant(asked.app)
        every = dict.fromkeys([f"{base.app}@{base.id}", *variants])
        runs = await evaluate_variants(
            services, [replace(asked, app=one, dataset=version.ref) for one in every], console=_stderr()
        )
        return await services.evals.compare([run.id for run in runs])


def _read_entry(text: str) -> Any:
    """Return the entry of an option: JSON where it begins as an object does."""
    if not text.startswith("{"):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidInput(
            f"--evaluator {text[:100]!r} is not JSON: {error}.",
            hint="""Write '{"contains": {"text": "hello"}}'.""",
        ) from error


def _print(run: EvalRun, reasons: list[FailureReason], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(render_run(run), ensure_ascii=False))
    else:
        print_run(run, run.summary, open_console(), reasons=reasons)


def _stderr() -> Console:
    return Console(stderr=True, highlight=False)
