"""`answerable judges list | show | calibrate | rate | add`."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import typer

from answerable.api.rendering.judges import render_calibration, render_judge, render_rate
from answerable.cli.judge_text import describe_rate, print_calibration, print_earlier, print_judges
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.cli.person import get_person
from answerable.core.errors import InvalidInput
from answerable.core.moments import read_moment
from answerable.evaluation.judging.apps import copy_builtin
from answerable.evaluation.judging.calibration.measuring import Period
from answerable.evaluation.judging.calibration.types import Calibration, JudgeStatus
from answerable.evaluation.statistics.ppi import Estimate
from answerable.wiring import Services, load_settings, open_services

judges = typer.Typer(help="List judges, hold them against people, change them.", no_args_is_help=True)

_LAST: Final = "last"
_NameArgument = Annotated[str, typer.Argument(help="The app that judges, such as tone or tone@strict.")]
_LabelOption = Annotated[str | None, typer.Option(help="What reviewers were asked; else the judge's name.")]
_RunOption = Annotated[
    str | None,
    typer.Option(help="The id of an eval run, or `last` for the newest with it; else served answers."),
]
_SinceOption = Annotated[str | None, typer.Option(help="Served answers since 30d, or 2026-11-01.")]
_UntilOption = Annotated[str | None, typer.Option(help="Served answers until then.")]


@judges.command("list")
def list_(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the apps that can judge, the built-in ones too, and how far they agree with people."""

    async def run() -> list[JudgeStatus]:
        async with open_services(load_settings(workspace)) as services:
            await services.apply_workspace()
            return await services.judges.list_judges()

    found = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps({"judges": [render_judge(one) for one in found]}, ensure_ascii=False))
    else:
        print_judges(found)


@judges.command()
def show(name: _NameArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Show a judge, its newest calibration (by slice, over time, where it goes wrong) and those before."""

    async def run() -> tuple[JudgeStatus, list[Calibration]]:
        async with open_services(load_settings(workspace)) as services:
            await services.apply_workspace()
            return await services.judges.get(name), await services.judges.list_calibrations(name)

    status, made = asyncio.run(run())
    if as_json:
        report = render_judge(status) | {"calibrations": [render_calibration(one) for one in made]}
        typer.echo(json.dumps(report, ensure_ascii=False))
        return
    print_judges([status])
    if status.calibration is not None:
        print_calibration(status.calibration)
    if len(made) > 1:
        print_earlier(made)


@judges.command()
def calibrate(
    name: _NameArgument,
    label: _LabelOption = None,
    run: _RunOption = None,
    since: _SinceOption = None,
    until: _UntilOption = None,
    period: Annotated[Period, typer.Option(help="Show the agreement by week or month.")] = "month",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hold a judge against what people said of the same answers, and keep what comes of it."""
    now = datetime.now(UTC)

    async def calibrate_it() -> Calibration:
        async with open_services(load_settings(workspace)) as services:
            await services.apply_workspace()
            return await services.judges.calibrate(
                name,
                label=label,
                run_id=None if run is None else await _find_run(services, name, run),
                since=None if since is None else read_moment(since, now=now),
                until=None if until is None else read_moment(until, now=now),
                period=period,
                by=get_person(),
            )

    made = asyncio.run(calibrate_it())
    if as_json:
        typer.echo(json.dumps(render_calibration(made), ensure_ascii=False))
    else:
        print_calibration(made)


@judges.command()
def rate(
    name: _NameArgument,
    label: _LabelOption = None,
    run: _RunOption = None,
    app: Annotated[str | None, typer.Option(help="Whose served answers; else those of all apps.")] = None,
    since: _SinceOption = None,
    until: _UntilOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Estimate what people would say of all that a judge scored, from what they said of a random part of it."""
    now = datetime.now(UTC)

    async def estimate_it() -> Estimate:
        async with open_services(load_settings(workspace)) as services:
            await services.apply_workspace()
            return await services.judges.estimate_rate(
                name,
                label=label,
                run_id=None if run is None else await _find_run(services, name, run),
                app=app,
                since=None if since is None else read_moment(since, now=now),
                until=None if until is None else read_moment(until, now=now),
            )

    found = asyncio.run(estimate_it())
    typer.echo(json.dumps(render_rate(found)) if as_json else describe_rate(found))


@judges.command()
def add(
    name: Annotated[str, typer.Argument(help="A built-in judge, such as judge-rubric.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Write the files of a built-in judge into the workspace, to be changed there. Nothing is overwritten."""
    for path in copy_builtin(name, _find_folder(workspace)):
        typer.echo(f"made {path}")


async def _find_run(services: Services, name: str, run: str) -> UUID:
    if run == _LAST:
        return await services.judges.find_last_run(name)
    try:
        return UUID(run)
    except ValueError as error:
        raise InvalidInput(
            f"{run!r} is no id of an eval run.",
            hint=f"`answerable evals list` shows them; `{_LAST}` is the newest.",
        ) from error


def _find_folder(workspace: Path | None) -> Path:
    return load_settings(workspace).workspace
