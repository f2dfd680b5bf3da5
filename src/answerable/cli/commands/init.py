"""`answerable init`: a workspace to start from."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from answerable.core.errors import SetupError
from answerable.settings import FILE_NAME, STATE_FOLDER

_CONFIG = """\
# Settings of this workspace. Everything has a default; see docs/reference/settings.md.

# database_url = "postgresql://user@host/db"   # else an embedded PostgreSQL in .answerable/
# default_model = "openai:gpt-5-mini"   # else what the environment offers, else local:extractive

# [server]
# port = 8000

# An OpenAI-compatible server of your own, then: default_model = "mine:NAME"
# [providers.mine]
# base_url = "http://127.0.0.1:8080/v1"
"""


def init(
    folder: Annotated[Path, typer.Argument(help="Where; made when it is not there.")] = Path(),
) -> None:
    """Make a workspace: `answerable.toml` with the settings to choose from. Nothing is overwritten."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        done = [
            _write_new(folder / FILE_NAME, _CONFIG),
            _write_new(folder / ".gitignore", f"{STATE_FOLDER}/\n"),
        ]
    except OSError as error:
        raise SetupError(
            f"{folder} cannot be written: {error.strerror}.", hint="Choose another folder."
        ) from error
    for line in done:
        typer.echo(line)
    enter = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))}, then "
    typer.echo(f"Next: {enter}answerable ingest FOLDER, then answerable serve.")


def _write_new(path: Path, text: str) -> str:
    """Write the file unless it is there, and say which."""
    if path.exists():
        return f"kept {path}, which was there"
    path.write_text(text, encoding="utf-8")
    return f"made {path}"
