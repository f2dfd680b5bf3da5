"""Arguments that several of the commands take."""

from __future__ import annotations

from typing import Annotated

import typer

DatasetArgument = Annotated[str, typer.Argument(metavar="DATASET", help="Name of the dataset.")]
RefArgument = Annotated[
    str, typer.Argument(metavar="DATASET[@VERSION]", help="A dataset, or a version of it.")
]
