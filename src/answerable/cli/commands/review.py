"""`answerable review`: queues, the next item and its labels, agreement, Label Studio."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from pydantic_core import to_jsonable_python

from answerable.api.review_json import render_agreement, render_annotator, render_queue, render_taken
from answerable.cli.commands.review_work import save_labels, show_next, skip_item
from answerable.cli.opened import with_services
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.cli.person import get_person
from answerable.cli.review_text import FillProgress, print_agreement, print_annotators, print_queues
from answerable.core.errors import InvalidInput
from answerable.reviews.label_studio.config import write_config
from answerable.reviews.spec import read_spec_file
from answerable.reviews.types import Progress, Queue, QueueState, Taken
from answerable.wiring import Services

review = typer.Typer(help="Let people review answers: queues, agreement, Label Studio.", no_args_is_help=True)
review.command("next")(show_next)
review.command("label")(save_labels)
review.command("skip")(skip_item)

QueueArgument = Annotated[str, typer.Argument(metavar="QUEUE", help="Name of the queue.")]


@review.command()
def queues(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the queues and how far each is."""

    async def run(services: Services) -> list[tuple[Queue, Progress]]:
        found = await services.reviews.list_queues()
        return [(queue, await services.reviews.count(queue)) for queue in found]

    found = with_services(workspace, run)
    if as_json:
        _print_json({"queues": [render_queue(*one) for one in found]})
    elif found:
        print_queues(found)
    else:
        typer.echo("There is no queue. Write one as a file, then run: answerable review create FILE")


@review.command()
def create(
    file: Annotated[Path, typer.Argument(help="The queue: YAML or JSON.")],
    fill: Annotated[bool, typer.Option("--fill", help="Take in the runs of the past too.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a queue; it takes in the runs from now on."""
    spec = read_spec_file(file)

    async def run(services: Services) -> tuple[Queue, Taken | None]:
        queue = await services.reviews.create(spec, by=get_person())
        return queue, await services.queue_filler.fill_past(queue) if fill else None

    queue, taken = with_services(workspace, run)
    if as_json:
        filled = {} if taken is None else {"filled": render_taken(taken)}
        _print_json({**render_queue(queue), **filled})
        return
    typer.echo(f"The queue {queue.name} is made. Its page in the console: /review/{queue.name}")
    if taken is not None:
        typer.echo(_describe(taken))


@review.command()
def fill(
    queue: QueueArgument,
    since: Annotated[datetime | None, typer.Option(help="Only runs from then on (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option(help="Only runs from before then (UTC).")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in the runs of the past that fit the rule. Doing it again changes nothing."""

    async def run(services: Services) -> Taken:
        found = await services.reviews.get(queue)
        with FillProgress(quiet=as_json) as progress:
            return await services.queue_filler.fill_past(
                found, since=_in_utc(since), until=_in_utc(until), report=progress.show
            )

    taken = with_services(workspace, run)
    if as_json:
        _print_json(render_taken(taken))
    else:
        typer.echo(_describe(taken))


@review.command()
def stats(queue: QueueArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Show how far a queue is, and what each annotator did."""

    async def run(services: Services) -> tuple[Queue, Progress, list[Any]]:
        found = await services.reviews.get(queue)
        return found, await services.reviews.count(found), await services.reviews.list_annotators(found)

    found, progress, annotators = with_services(workspace, run)
    if as_json:
        _print_json(
            {**render_queue(found, progress), "annotators": [render_annotator(one) for one in annotators]}
        )
    else:
        print_queues([(found, progress)])
        print_annotators(annotators)


@review.command()
def agreement(
    queue: QueueArgument,
    seed: Annotated[int, typer.Option(min=0, help="Of the intervals' random draws.")] = 0,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how far the annotators agree on each label, with intervals of 95 %."""

    async def run(services: Services) -> Any:
        return await services.reviews.report_agreement(await services.reviews.get(queue), seed=seed)

    report = with_services(workspace, run)
    if as_json:
        _print_json(render_agreement(report))
    else:
        print_agreement(report)


@review.command()
def pause(queue: QueueArgument, workspace: WorkspaceOption = None) -> None:
    """Take in no new runs for now."""
    _set_state(queue, "paused", workspace)
    typer.echo(f"{queue} takes in no new runs.")


@review.command()
def resume(queue: QueueArgument, workspace: WorkspaceOption = None) -> None:
    """Take in new runs again, and those that came meanwhile."""
    _set_state(queue, "open", workspace)
    typer.echo(f"{queue} takes in new runs.")


@review.command()
def delete(
    queue: QueueArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Delete a queue with everything said in it."""
    if not yes:
        typer.confirm(f"Delete {queue} with all its labels?", abort=True)

    async def run(services: Services) -> None:
        await services.reviews.delete(queue, by=get_person())

    with_services(workspace, run)
    typer.echo(f"{queue} is deleted.")


@review.command("export")
def export_(
    queue: QueueArgument,
    to: Annotated[
        Path | None, typer.Option("--to", "-o", help="File to write; else standard output.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Write a queue with all annotations as Label Studio JSON."""

    async def run(services: Services) -> int:
        tasks = services.review_exchange.export(await services.reviews.get(queue))
        with nullcontext(sys.stdout) if to is None else to.open("w", encoding="utf-8") as file:
            return await _write_list(tasks, file)

    count = with_services(workspace, run)
    typer.echo(f"{count} tasks written.", err=True)


@review.command("import")
def import_(
    queue: QueueArgument,
    file: Annotated[Path, typer.Argument(help="Label Studio JSON: an array of tasks.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in annotated tasks of Label Studio; each names its trace in `data.trace_id`."""
    tasks = _read_tasks(file)

    async def run(services: Services) -> Any:
        return await services.review_exchange.import_tasks(await services.reviews.get(queue), tasks)

    imported = with_services(workspace, run)
    if as_json:
        _print_json({"items": imported.items, "annotations": imported.annotations, "known": imported.known})
        return
    typer.echo(
        f"{imported.items} items and {imported.annotations} annotations came in; {imported.known} were there."
    )


@review.command()
def labels(queue: QueueArgument, workspace: WorkspaceOption = None) -> None:
    """Print the labels of a queue as the configuration of a Label Studio project."""

    async def run(services: Services) -> Queue:
        return await services.reviews.get(queue)

    typer.echo(write_config(with_services(workspace, run).spec.labels), nl=False)


async def _write_list(tasks: AsyncIterator[dict[str, Any]], file: TextIO) -> int:
    """Write a JSON array piece by piece; return how many tasks that were."""
    count = 0
    async for task in tasks:
        file.write(("[\n" if not count else ",\n") + json.dumps(task, ensure_ascii=False))
        count += 1
    file.write("\n]\n" if count else "[]\n")
    return count


def _set_state(queue: str, state: QueueState, workspace: Path | None) -> None:
    async def run(services: Services) -> None:
        await services.reviews.set_state(queue, state)

    with_services(workspace, run)


def _read_tasks(file: Path) -> list[Any]:
    try:
        tasks = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise InvalidInput(
            f"{file} is not JSON: {error}.", hint="Export from Label Studio as JSON."
        ) from error
    if not isinstance(tasks, list):
        raise InvalidInput(f"{file} holds no array of tasks.", hint="Export from Label Studio as JSON.")
    return tasks


def _describe(taken: Taken) -> str:
    over = f", {taken.over:,} left out since the rule's numbers are reached" if taken.over else ""
    runs = "run" if taken.added == 1 else "runs"
    return f"{taken.added:,} {runs} came in, {taken.known:,} were there already{over}."


def _in_utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(tzinfo=at.tzinfo or UTC)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, default=to_jsonable_python))
