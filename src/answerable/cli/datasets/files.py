"""`answerable datasets import | export`."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated, cast, get_args

import typer

from answerable.api.rendering.datasets import render_imported
from answerable.cli.datasets.arguments import DatasetArgument, RefArgument
from answerable.cli.datasets.texts import print_imported, print_json
from answerable.cli.opened import with_services
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.cli.person import get_person
from answerable.core.errors import InvalidInput, SetupError
from answerable.datasets.importing.registry import FORMATS, read_rows
from answerable.datasets.importing.types import ImportOptions
from answerable.datasets.types import Example, Imported
from answerable.datasets.writing import FileFormat, write_examples
from answerable.wiring import Services

_FORMATS = "; ".join(f"{name}: {one.summary}" for name, one in FORMATS.items())


def import_(
    dataset: DatasetArgument,
    file: Annotated[Path, typer.Argument(help="The file, or the folder of a BEIR dataset.")],
    format: Annotated[
        str, typer.Option("--format", "-f", help=f"Else by the name of the file. {_FORMATS}.")
    ] = "",
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column", help="What a column of a CSV file holds: input.question=Frage, expected=Antwort."
        ),
    ] = None,
    encoding: Annotated[str, typer.Option(help="Of a CSV file, such as cp1252; else UTF-8.")] = "",
    qrels: Annotated[
        str,
        typer.Option(help="The file of judgements of TREC; of BEIR the part, such as dev, or a .tsv file."),
    ] = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="Remove the examples that are not in the file.")
    ] = False,
    skip_bad: Annotated[
        bool,
        typer.Option("--skip-bad", help="Leave out rows that are no example, instead of refusing the file."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring examples in from a file: new ones are added, others changed by their keys. All of them or none."""
    options = ImportOptions(
        columns=_read_columns(column or ()), encoding=encoding or "utf-8-sig", qrels=qrels
    )
    rows = read_rows(file, format=format, options=options)

    async def run(services: Services) -> Imported:
        return await services.datasets.put_examples(
            dataset, rows, replace=replace, by=get_person(), skip_bad=skip_bad, dry_run=dry_run
        )

    imported = with_services(workspace, run)
    if as_json:
        print_json(render_imported(imported))
    else:
        print_imported(imported, dry_run=dry_run)


def export(
    ref: RefArgument,
    to: Annotated[
        Path | None, typer.Option("--to", help="File to write, *.yaml or *.jsonl; else the terminal.")
    ] = None,
    format: Annotated[
        str, typer.Option("--format", "-f", help="yaml or jsonl; else by the file's name.")
    ] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Write the examples of a dataset, or of a version of it, to a file that `import` reads back to the same."""
    chosen = _find_format(to, format)
    name, _, number = ref.partition("@")

    async def run(services: Services) -> None:
        batches: AsyncIterator[Sequence[Example]] = services.datasets.iterate(name)
        if number:
            batches = services.datasets.iterate_version(await services.datasets.get_version(ref))
        else:
            await services.datasets.list_examples(name, limit=1)
        with _open(to) as out:
            async for text in write_examples(name, chosen, batches):
                out.write(text)

    with_services(workspace, run)
    if to is not None:
        typer.echo(f"wrote {to}", err=True)


def _read_columns(columns: Sequence[str]) -> dict[str, str]:
    pairs = [column.partition("=") for column in columns]
    if not all(target and name for target, _, name in pairs):
        raise InvalidInput(
            "A column is given as FIELD=COLUMN.", hint="Such as --column input.question=Frage."
        )
    return {target: name for target, _, name in pairs}


def _find_format(to: Path | None, format: str) -> FileFormat:
    chosen = format or (to.suffix.lower().lstrip(".") if to else "yaml")
    chosen = {"yml": "yaml", "ndjson": "jsonl"}.get(chosen, chosen)
    if chosen not in get_args(FileFormat):
        raise InvalidInput(
            f"There is no format {chosen!r} to write.", hint="Write yaml or jsonl.", code="unknown_format"
        )
    return cast(FileFormat, chosen)


@contextmanager
def _open(to: Path | None) -> Iterator[IO[str]]:
    """Open what is written to; a file is put in its place when it is whole."""
    if to is None:
        yield sys.stdout
        return
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=to.parent, delete=False) as file:
            try:
                yield file
            except BaseException:
                os.unlink(file.name)
                raise
        Path(file.name).chmod(0o644)
        Path(file.name).replace(to)
    except OSError as error:
        raise SetupError(f"{to} cannot be written: {error.strerror}.", hint="Choose another path.") from error
