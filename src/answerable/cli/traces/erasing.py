"""`answerable traces erase`: everything that came from one user, deleted."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

import typer

from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.cli.person import get_person
from answerable.quality.erasure import ErasureReport
from answerable.wiring import load_settings, open_services


def erase(
    user: Annotated[str, typer.Option(help="The end user, as the requests named them.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete everything that came from a user, for good: traces, conversations, feedback, and what was made of them."""
    if not yes:
        typer.confirm(f"Delete everything that came from {user!r}, for good?", abort=True, err=True)

    async def run() -> ErasureReport:
        async with open_services(load_settings(workspace)) as services:
            return await services.eraser.erase_user(user, by=get_person())

    report = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps({"user": user, "deleted": dict(report.deleted)}, ensure_ascii=False))
        return
    for what, count in report.deleted.items():
        typer.echo(f"{count:>8} {what.replace('_', ' ')}")
