"""`answerable datasets list | show | versions | diff | check`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from answerable.api.rendering.datasets import render_check, render_dataset_diff, render_version
from answerable.api.review_json import render_dataset, render_example
from answerable.apps.prompt_texts import list_prompt_texts
from answerable.cli.datasets.arguments import DatasetArgument, RefArgument
from answerable.cli.datasets.texts import (
    print_check,
    print_dataset_diff,
    print_datasets,
    print_example,
    print_examples,
    print_json,
    print_versions,
)
from answerable.cli.errors import FAILED
from answerable.cli.opened import with_services
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.cli.person import get_person
from answerable.datasets.checking import CheckReport
from answerable.datasets.selecting import Selection
from answerable.datasets.types import Dataset, DatasetDiff, DatasetVersion, Example, ExamplePage
from answerable.wiring import Services


def list_(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the datasets."""

    async def run(services: Services) -> list[Dataset]:
        return await services.datasets.list_datasets()

    found = with_services(workspace, run)
    if as_json:
        print_json({"datasets": [render_dataset(one) for one in found]})
    elif found:
        print_datasets(found)
    else:
        typer.echo("There is no dataset. Bring one in: answerable datasets import NAME FILE")


def show(
    ref: RefArgument,
    key: Annotated[str | None, typer.Argument(help="Only this example, with all it says.")] = None,
    split: Annotated[str, typer.Option(help="Only of this split.")] = "",
    tag: Annotated[list[str] | None, typer.Option(help="Only with this tag; several: with all.")] = None,
    text: Annotated[
        str, typer.Option(help="Only with this text in the key, the input or what is expected.")
    ] = "",
    held: Annotated[bool, typer.Option("--held", help="Those that wait to be accepted.")] = False,
    after: Annotated[int, typer.Option(min=0, help="`next_after` of the page before, as --json has it.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 50,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the examples of a dataset as it is now, or of a version of it."""
    name, _, number = ref.partition("@")

    async def run(services: Services) -> ExamplePage:
        version = (await services.datasets.get_version(ref)).number if number else 0
        if key is not None:
            return ExamplePage((await services.datasets.get_example(name, key, version=version),), None)
        chosen = Selection(version=version, held=held, split=split, tags=tuple(tag or ()), text=text)
        return await services.datasets.list_examples(name, after=after, limit=limit, selection=chosen)

    page = with_services(workspace, run)
    if as_json:
        print_json(
            {"examples": [render_example(one) for one in page.examples], "next_after": page.next_after}
        )
    elif key is not None:
        print_example(page.examples[0])
    else:
        _print_page(page.examples, page.next_after)


def versions(
    dataset: DatasetArgument,
    freeze: Annotated[
        bool, typer.Option("--freeze", help="Make a version of what is there now, if it is new.")
    ] = False,
    note: Annotated[str, typer.Option(help="What the new version is for.")] = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the versions of a dataset, newest first. An eval run makes one where it is needed."""

    async def run(services: Services) -> list[DatasetVersion]:
        if freeze:
            await services.datasets.freeze(dataset, by=get_person(), note=note)
        return await services.datasets.list_versions(dataset)

    found = with_services(workspace, run)
    if as_json:
        print_json({"versions": [render_version(one) for one in found]})
    elif found:
        print_versions(found)
    else:
        typer.echo("It has no version yet: an eval run makes the first, or --freeze.")


def diff(
    before: Annotated[str, typer.Argument(metavar="DATASET@VERSION", help="Such as golden@1.")],
    after: Annotated[
        str | None, typer.Argument(metavar="DATASET[@VERSION]", help="Another one; else what is there now.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two versions, example by example."""

    async def run(services: Services) -> DatasetDiff:
        first = await services.datasets.get_version(before)
        second = await services.datasets.get_version(after or first.dataset)
        return await services.datasets.diff(first, second)

    found = with_services(workspace, run)
    if as_json:
        print_json(render_dataset_diff(found))
    else:
        print_dataset_diff(found)


def check(
    dataset: DatasetArgument,
    app: Annotated[
        str | None, typer.Option("--app", "-a", help="Look for leaks into the prompts of this app too.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look for examples that are there twice, contradict each other, or leaked. Exit 1 when one leaked."""

    async def run(services: Services) -> CheckReport:
        prompts = {} if app is None else list_prompt_texts(services.apps.get_app(app))
        return await services.datasets.check(dataset, prompts=prompts)

    report = with_services(workspace, run)
    if as_json:
        print_json(render_check(report))
    else:
        print_check(report)
    if any(finding.leak for finding in report.findings):
        raise typer.Exit(FAILED)


def _print_page(examples: Sequence[Example], next_after: int | None) -> None:
    if not examples:
        typer.echo("No example is like that.")
        return
    print_examples(examples)
    if next_after is not None:
        typer.echo(f"More: --after {next_after}", err=True)
