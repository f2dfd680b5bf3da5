"""`answerable datasets`: golden sets, their versions, files of them."""

from __future__ import annotations

import typer

from answerable.cli.datasets.curating import accept, add, delete, drop, edit, generate, split
from answerable.cli.datasets.files import export, import_
from answerable.cli.datasets.looking import check, diff, list_, show, versions

datasets = typer.Typer(help="Golden sets: examples, their versions, files of them.", no_args_is_help=True)

datasets.command("list")(list_)
datasets.command()(show)
datasets.command("import")(import_)
datasets.command()(export)
datasets.command()(add)
datasets.command()(edit)
datasets.command()(delete)
datasets.command()(drop)
datasets.command()(versions)
datasets.command()(diff)
datasets.command()(check)
datasets.command()(split)
datasets.command()(generate)
datasets.command()(accept)
