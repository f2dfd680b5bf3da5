"""`answerable keys create | list | revoke`."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

import typer
from pydantic_core import to_jsonable_python
from rich.table import Table

from answerable.access.types import ApiKey, Role
from answerable.api.rendering.keys import render_key
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.cli.person import get_person
from answerable.cli.terminal import open_console
from answerable.wiring import load_settings, open_access

keys = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)


@keys.command()
def create(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    role: Annotated[Role, typer.Option(help="What it may do.")] = "app",
    group: Annotated[
        list[str] | None, typer.Option(help="A document group it may read (repeat); else all.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key and print its secret, this once."""

    async def run() -> tuple[ApiKey, str]:
        async with open_access(load_settings(workspace)) as access:
            return await access.create_key(name, role=role, groups=group, by=get_person())

    key, secret = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps({**render_key(key), "secret": secret}, default=to_jsonable_python))
    else:
        typer.echo(secret)
        typer.echo(f"Key {name!r} with the role {role!r}. It is shown this once: store it now.", err=True)


@keys.command("list")
def list_(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the keys, the revoked ones too."""

    async def run() -> list[ApiKey]:
        async with open_access(load_settings(workspace)) as access:
            return await access.list_keys()

    found = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps({"keys": [render_key(key) for key in found]}, default=to_jsonable_python))
        return
    table = Table("Name", "Role", "Groups", "Key", "Made", "State", box=None)
    for key in found:
        groups = "all" if key.groups is None else ", ".join(sorted(key.groups))
        state = "in use" if key.revoked_at is None else f"revoked {key.revoked_at:%Y-%m-%d}"
        table.add_row(key.name, key.role, groups, key.prefix + "…", f"{key.created_at:%Y-%m-%d %H:%M}", state)
    open_console().print(table)


@keys.command()
def revoke(
    name: Annotated[str, typer.Argument(help="Id, name or shown prefix of the key.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Revoke a key; it stops working within a second."""

    async def run() -> list[ApiKey]:
        async with open_access(load_settings(workspace)) as access:
            return await access.revoke_key(name, by=get_person())

    for key in asyncio.run(run()):
        typer.echo(f"Revoked {key.name!r} ({key.prefix}…).")
