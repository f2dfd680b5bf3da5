"""`answerable alerts list | silence | test`."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from answerable.api.rendering.alerts import render_alert, render_delivery
from answerable.cli.errors import FAILED
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.cli.person import get_person
from answerable.cli.terminal import open_console
from answerable.core.errors import InvalidInput
from answerable.core.moments import read_age
from answerable.monitoring.alerts.types import AlertStatus, Delivery
from answerable.monitoring.alerts.wording import describe_rule
from answerable.wiring import load_settings, open_services

alerts = typer.Typer(help="List, silence and try out alerts.", no_args_is_help=True)

_COLOURS = {"ok": "green", "pending": "yellow", "firing": "red"}
_NameArgument = Annotated[str, typer.Argument(help="The alert's name in answerable.toml.")]
_SilencedArgument = Annotated[
    str, typer.Argument(help="The alert's name in answerable.toml, or `model_checks` for what they tell.")
]


@alerts.command("list")
def list_(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the alerts, how they stand, and notices that somebody did not get."""

    async def run() -> tuple[list[AlertStatus], list[Delivery], dict[str, datetime]]:
        async with open_services(load_settings(workspace)) as services:
            alerts = services.alerts
            return await alerts.list_alerts(), await alerts.list_deliveries(), await alerts.list_silences()

    found, deliveries, silences = asyncio.run(run())
    if as_json:
        report = {
            "alerts": [render_alert(status) for status in found],
            "silences": {topic: until.isoformat() for topic, until in silences.items()},
            "notices": [render_delivery(delivery) for delivery in deliveries],
        }
        typer.echo(json.dumps(report, ensure_ascii=False))
        return
    _print(found, deliveries)
    for topic, until in silences.items():
        typer.echo(f"{topic}: silent until {until:%Y-%m-%d %H:%M} UTC")


@alerts.command()
def silence(
    name: _SilencedArgument,
    length: Annotated[str, typer.Argument(help="For how long, such as 2h or 1d; 0m ends a silence.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Tell nobody of an alert for a while. It is evaluated all the same."""
    age = read_age(length)
    if age is None:
        raise InvalidInput(f"{length!r} is no length of time.", hint="Write it as 30m, 2h or 1d.")

    async def run(age: timedelta) -> datetime | None:
        async with open_services(load_settings(workspace)) as services:
            return await services.alerts.silence(name, age, by=get_person())

    until = asyncio.run(run(age))
    typer.echo(f"{name} is silent until {until:%Y-%m-%d %H:%M} UTC." if until else f"{name} is heard again.")


@alerts.command("test")
def send_test_notice(
    name: _NameArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Send a test notice to every channel of an alert. Exit status 1 when one of them does not take it."""

    async def run() -> dict[str, str | None]:
        async with open_services(load_settings(workspace)) as services:
            return await services.alerts.test(name)

    outcomes = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps({"alert": name, "outcomes": outcomes}, ensure_ascii=False))
    else:
        for channel, problem in outcomes.items():
            typer.echo(f"{channel}: {problem or 'delivered'}")
        if not outcomes:
            typer.echo(f"{name} has no channels: nobody is told.")
    if not outcomes or any(outcomes.values()):
        raise typer.Exit(FAILED)


def _print(found: list[AlertStatus], deliveries: list[Delivery]) -> None:
    console = open_console()
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("Alert", "State", "Value", "Since", "Rule"):
        table.add_column(heading)
    for status in found:
        standing = status.standing
        state = "not yet" if standing is None else standing.state
        value = standing.value if standing else None
        table.add_row(
            Text(status.alert.name),
            Text(f"{state}{', silent' if status.silent else ''}", style=_COLOURS.get(state, "")),
            "-" if value is None else f"{value:.4g}",
            "-" if standing is None else f"{standing.since:%Y-%m-%d %H:%M}",
            Text(describe_rule(status.alert)),
        )
    console.print(table)
    for delivery in deliveries:
        if delivery.error:
            end = "given up" if delivery.given_up_at else f"tried {delivery.attempts} times"
            notice = f"{delivery.notice.alert} to {delivery.channel}"
            console.print(f"not delivered ({end}): {notice}: {delivery.error}", markup=False, soft_wrap=True)
