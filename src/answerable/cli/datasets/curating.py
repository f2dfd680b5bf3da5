"""`answerable datasets add | edit | delete | drop | accept | generate | split`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from answerable.api.rendering.datasets import render_synthetic
from answerable.api.review_json import render_example, render_made
from answerable.cli.datasets.arguments import DatasetArgument
from answerable.cli.datasets.texts import print_json
from answerable.cli.opened import with_services
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.cli.person import get_person
from answerable.core.errors import InvalidInput
from answerable.datasets.fields import read_example
from answerable.datasets.types import Example
from answerable.quality.examples import Made as MadeExample
from answerable.quality.synthetic import TEMPLATES, Made
from answerable.wiring import Services

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="The key of an example.")]
FileOption = Annotated[
    Path | None,
    typer.Option("--file", help="The example as JSON, as `show --json` has it; else from standard input."),
]


def add(
    dataset: DatasetArgument,
    trace: Annotated[
        str | None, typer.Option(help="Make it of this run, with its answer and its passages.")
    ] = None,
    file: FileOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add an example: of a run, or written as JSON. One that is there already is not added again."""
    given = _read_file(file) if trace is None else None

    async def run(services: Services) -> MadeExample:
        example = given or await services.examples.draft(trace or "", by=get_person())
        return await services.examples.add(dataset, example)

    made = with_services(workspace, run)
    if as_json:
        print_json(render_made(made))
        return
    typer.echo(f"{'Added to' if made.added.new else 'It is already in'} {dataset}: {made.added.id}")
    for one in made.near:
        typer.echo(f"nearly the same: {one.example.key} ({one.kind}, {one.likeness:.2f})", err=True)


def edit(
    dataset: DatasetArgument,
    key: KeyArgument,
    file: FileOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put another content under a key; versions keep the one they have."""
    given = _read_file(file)

    async def run(services: Services) -> Example:
        return await services.datasets.edit_example(dataset, key, given, by=get_person())

    edited = with_services(workspace, run)
    if as_json:
        print_json(render_example(edited))
    else:
        typer.echo(f"{edited.key} is changed.")


def delete(
    dataset: DatasetArgument,
    keys: Annotated[list[str], typer.Argument(metavar="KEY...", help="Keys of examples.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Take examples out, held ones too; versions that have them keep them."""

    async def run(services: Services) -> None:
        for key in keys:
            await services.datasets.delete_example(dataset, key)

    with_services(workspace, run)
    typer.echo(f"{len(keys)} taken out.")


def drop(
    dataset: DatasetArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Delete a whole dataset, with all its versions. Eval runs on it stay, without what was asked and expected."""
    if not yes:
        typer.confirm(f"Delete the dataset {dataset} with all its versions?", abort=True)
    with_services(workspace, lambda services: services.datasets.delete(dataset))
    typer.echo(f"{dataset} is deleted.")


def accept(
    dataset: DatasetArgument,
    keys: Annotated[
        list[str] | None, typer.Argument(metavar="[KEY]...", help="Only these; else all.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let held examples in, after you have looked at them: answerable datasets show DATASET --held."""

    async def run(services: Services) -> int:
        return await services.datasets.accept(dataset, keys or None)

    accepted = with_services(workspace, run)
    if as_json:
        print_json({"accepted": accepted})
    else:
        typer.echo(f"{accepted:,} accepted.")


def generate(
    dataset: DatasetArgument,
    collection: Annotated[str, typer.Option("--collection", "-c", help="Whose documents are asked about.")],
    count: Annotated[int, typer.Option(min=1, max=5000, help="At most so many examples.")] = 20,
    app: Annotated[
        str | None,
        typer.Option("--app", "-a", help="An app that writes questions; else templates, without a model."),
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make up examples from documents. They are tagged `synthetic`, and held until you accept them."""

    async def run(services: Services) -> Made:
        write, source = (None, TEMPLATES) if app is None else services.question_writers.open(app)
        return await services.synthetic.make(
            dataset, collection, count=count, by=get_person(), write=write, source=source
        )

    made = with_services(workspace, run)
    if as_json:
        print_json(render_synthetic(made))
        return
    failed = f"; on {made.failed} the model failed" if made.failed else ""
    typer.echo(f"{made.imported.added:,} examples of {made.passages:,} passages are held{failed}.")
    typer.echo(f"Look at them: answerable datasets show {dataset} --held", err=True)


def split(
    dataset: DatasetArgument,
    parts: Annotated[list[str], typer.Argument(metavar="NAME=SHARE...", help="Such as dev=20 test=80.")],
    by_tag: Annotated[
        str, typer.Option(help="Each part gets its share of each tag that begins so: kind, of kind:date.")
    ] = "",
    again: Annotated[bool, typer.Option("--again", help="Also those that are in a part already.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put the examples into parts, always the same ones. New examples join; the others stay where they are."""
    shares = _read_parts(parts)

    async def run(services: Services) -> dict[str, int]:
        return await services.datasets.split(dataset, shares, by_tag=by_tag, again=again)

    counts = with_services(workspace, run)
    if as_json:
        print_json({"splits": counts})
    else:
        typer.echo(", ".join(f"{name}: {count:,}" for name, count in sorted(counts.items())))


def _read_parts(parts: list[str]) -> dict[str, float]:
    try:
        return {name: float(share) for name, share in (part.split("=") for part in parts)}
    except ValueError as error:
        raise InvalidInput(
            "A part is NAME=SHARE.", hint="Such as dev=20 test=80.", code="invalid_split"
        ) from error


def _read_file(file: Path | None) -> Example:
    try:
        text = sys.stdin.read() if file is None else file.read_text(encoding="utf-8")
        return read_example(json.loads(text))
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise InvalidInput(
            f"It is no JSON: {error}.", hint='Write {"input": {"question": "..."}, "expected": "..."}.'
        ) from error
