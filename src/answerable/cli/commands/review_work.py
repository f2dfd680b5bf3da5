"""`answerable review next | label | skip`: reviewing without a browser, one item after the other."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from pydantic_core import to_jsonable_python

from answerable.api.review_json import render_case, render_saved
from answerable.cli.opened import with_services
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.cli.person import get_person
from answerable.cli.review_case import print_case
from answerable.cli.review_labels import read_labels
from answerable.quality.cases import Case
from answerable.reviews.types import Queue, Saved
from answerable.wiring import Services

QueueArgument = Annotated[str, typer.Argument(metavar="QUEUE", help="Name of the queue.")]
ItemArgument = Annotated[int, typer.Argument(metavar="ITEM", help="Number of the item, as `next` shows it.")]


def show_next(queue: QueueArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Show the next item: it is yours until you label or skip it, or the queue's lock runs out."""

    async def run(services: Services) -> Case | None:
        return await services.review_desk.take_next(await services.reviews.get(queue), get_person())

    case = with_services(workspace, run)
    if as_json:
        typer.echo(
            json.dumps(
                {"case": None if case is None else render_case(case)},
                ensure_ascii=False,
                default=to_jsonable_python,
            )
        )
    elif case is None:
        typer.echo(f"Nothing is left for you in {queue}.")
    else:
        print_case(case)


def save_labels(
    queue: QueueArgument,
    item: ItemArgument,
    labels: Annotated[list[str], typer.Argument(metavar="NAME=VALUE...", help="Such as correct=yes.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what you think of an item."""

    async def run(services: Services) -> tuple[Queue, Saved]:
        found = await services.reviews.get(queue)
        answers = read_labels(found.spec.labels, labels)
        return found, await services.review_desk.save(found, item, get_person(), answers)

    found, saved = with_services(workspace, run)
    rendered = render_saved(saved, blind=found.spec.blind)
    if as_json:
        typer.echo(json.dumps(rendered, ensure_ascii=False, default=to_jsonable_python))
    else:
        state = rendered["item"].get("state")
        typer.echo(f"Saved.{f' Item {item} is {state}.' if state else ''}")


def skip_item(queue: QueueArgument, item: ItemArgument, workspace: WorkspaceOption = None) -> None:
    """Leave an item to others."""

    async def run(services: Services) -> None:
        await services.review_desk.skip(await services.reviews.get(queue), item, get_person())

    with_services(workspace, run)
    typer.echo(f"Item {item} is left to others.")
