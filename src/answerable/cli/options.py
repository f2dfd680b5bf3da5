"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_COLLECTION = "docs"
"""Where a question goes, on the command line and over HTTP, that names no collection."""

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace", "-w", help="Folder of the workspace; else the nearest one from here upwards."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, in the shape of the HTTP answer.")]
CollectionOption = Annotated[str, typer.Option("--collection", "-c", help="Name of the collection.")]
