"""Workspaces of a few files."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from answerable.apps.files.loader import load_apps
from answerable.apps.files.types import AppFile, LoadedApps

MODEL = "local:extractive"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8", newline="")


def load(folder: Path, files: dict[str, str]) -> LoadedApps:
    """Return what a workspace of these files, by path, comes to."""
    write(folder, files)
    return load_apps(folder, default_model=MODEL)


def load_one(folder: Path, text: str, **files: str) -> AppFile:
    """Return the one app of a workspace without a problem. Names of files have `__` for `/` and `_dot_` for `.`."""
    named = {name.replace("__", "/").replace("_dot_", "."): content for name, content in files.items()}
    loaded = load(folder, {"apps/listing.yaml": text, **named})
    assert loaded.problems == ()
    (app,) = loaded.apps
    return app
