"""The commands of `answerable`, by name. A new one is a file in `commands` and a line here."""

from __future__ import annotations

from collections.abc import Callable

import typer

from answerable.cli.commands.ask import ask
from answerable.cli.commands.doctor import doctor
from answerable.cli.commands.fake_models import fake_models
from answerable.cli.commands.ingest import ingest
from answerable.cli.commands.init import init
from answerable.cli.commands.keys import keys
from answerable.cli.commands.search import search
from answerable.cli.commands.serve import serve
from answerable.cli.commands.worker import worker

COMMANDS: dict[str, Callable[..., None]] = {
    "init": init,
    "serve": serve,
    "worker": worker,
    "ingest": ingest,
    "search": search,
    "ask": ask,
    "doctor": doctor,
    "fake-models": fake_models,
}

GROUPS: dict[str, typer.Typer] = {"keys": keys}
