"""`answerable gate`: is a candidate good enough to take the baseline's place?"""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from answerable.apps.gate_settings import GateSpec
from answerable.cli.errors import FAILED, INCONCLUSIVE
from answerable.cli.evaluating import evaluate_variants
from answerable.cli.gate_text import print_records, print_verdict
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.cli.person import get_person
from answerable.core.errors import InvalidInput
from answerable.evaluation.gating.json_form import render_record, render_verdict
from answerable.evaluation.gating.markdown import render_markdown, render_same
from answerable.evaluation.gating.types import GateRecord, GateVerdict
from answerable.evaluation.planning import Asked
from answerable.wiring import Services, load_settings, open_services

_EXITS = {"pass": 0, "fail": FAILED, "inconclusive": INCONCLUSIVE}


def gate(
    app: Annotated[str, typer.Argument(metavar="APP", help="Name of the app.")],
    candidate: Annotated[
        str, typer.Option("--candidate", "-c", help="A variant, a label, or the start of a hash.")
    ] = "candidate",
    baseline: Annotated[
        str, typer.Option("--baseline", "-b", help="What it would take the place of.")
    ] = "production",
    dataset: Annotated[
        str | None, typer.Option("--dataset", "-d", help="NAME or NAME@3; else the one of the gate.")
    ] = None,
    split: Annotated[str | None, typer.Option(help="Only this part of the dataset.")] = None,
    repeats: Annotated[int | None, typer.Option(min=1, max=100, help="How often each is asked.")] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=512, help="Examples at once.")] = 16,
    max_usd: Annotated[float | None, typer.Option(help="Stop each run when this much is spent.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Pay for everything again.")] = False,
    markdown: Annotated[Path | None, typer.Option(help="Write the verdict here, for a comment.")] = None,
    show_list: Annotated[bool, typer.Option("--list", help="List earlier verdicts instead.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure what has not been measured yet, compare example by example, and decide by the rules of the app's file.

    Exits with 0 for pass, 1 for fail and 3 for inconclusive: then it says how many more examples would decide.
    """
    if show_list:
        _print_list(asyncio.run(_list(workspace, app)), as_json=as_json)
        return
    asked = Asked(
        app=app,
        dataset=dataset or "",
        split=split or "",
        repeats=repeats or 0,
        concurrency=concurrency,
        max_usd=None if max_usd is None else Decimal(str(max_usd)),
        fresh=fresh,
        by=get_person(),
    )
    verdict = asyncio.run(_decide(workspace, asked, candidate, baseline))
    text = render_same(app, candidate, baseline) if verdict is None else render_markdown(verdict)
    if markdown is not None:
        markdown.write_text(text, encoding="utf-8")
    _print(verdict, app, as_json=as_json)
    raise typer.Exit(0 if verdict is None else _EXITS[verdict.verdict])


async def _decide(workspace: Path | None, asked: Asked, candidate: str, baseline: str) -> GateVerdict | None:
    """Return the verdict; None where both are the same variant, which needs none."""
    async with open_services(load_settings(workspace)) as services:
        spec = _complete(services, asked)
        new = services.apps.get_variant(f"{asked.app}@{candidate}")
        old = services.apps.get_variant(f"{asked.app}@{baseline}")
        if new.hash == old.hash:
            return None
        version = await services.datasets.get_version(spec.dataset or "")
        both = [
            Asked(
                app=f"{asked.app}@{variant.id}",
                dataset=version.ref,
                split=spec.split or "",
                repeats=spec.repeats,
                concurrency=asked.concurrency,
                max_usd=asked.max_usd,
                fresh=asked.fresh,
                by=asked.by,
            )
            for variant in (old, new)
        ]
        runs = await evaluate_variants(services, both, console=Console(stderr=True, highlight=False))
        _, verdict = await services.gates.decide(
            spec, candidate_run=runs[1].id, baseline_run=runs[0].id, by=asked.by
        )
        return verdict


def _complete(services: Services, asked: Asked) -> GateSpec:
    """Return the gate of the app with what was asked otherwise. Raises NotFound and InvalidInput."""
    spec = services.apps.get_app(asked.app).gate
    given = {"dataset": asked.dataset, "split": asked.split, "repeats": asked.repeats}
    spec = spec.model_copy(update={key: value for key, value in given.items() if value})
    if not spec.dataset:
        raise InvalidInput(
            f"The gate of {asked.app} has no dataset.",
            hint="Give --dataset, or write `dataset:` under `gate:` in the app's file.",
            code="no_dataset",
        )
    return spec


async def _list(workspace: Path | None, app: str) -> list[GateRecord]:
    async with open_services(load_settings(workspace)) as services:
        return await services.gates.list_verdicts(app=services.apps.get_app(app).name)


def _print(verdict: GateVerdict | None, app: str, *, as_json: bool) -> None:
    if verdict is None and as_json:
        typer.echo(json.dumps({"app": app, "verdict": "pass", "same": True, "findings": []}))
    elif verdict is None:
        typer.echo("Candidate and baseline are the same variant: there is nothing to decide.")
    elif as_json:
        typer.echo(json.dumps(render_verdict(verdict), ensure_ascii=False))
    else:
        print_verdict(verdict)


def _print_list(records: list[GateRecord], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"gates": [render_record(one) for one in records]}, ensure_ascii=False))
    else:
        print_records(records)
