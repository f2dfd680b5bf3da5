"""The building of an index on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from answerable.knowledge.index_versions.service import IndexVersions
from answerable.knowledge.index_versions.types import IndexSummary


async def follow_index(
    versions: IndexVersions, collection: str, name: str, *, quiet: bool = False
) -> IndexSummary:
    """Show an index until it is up to date or stays behind; return it as it then is."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        return await versions.wait(collection, name)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(f"Building {name}", total=None)

        def show(index: IndexSummary) -> None:
            bar.update(task, total=index.documents, completed=index.documents - index.behind)

        return await versions.wait(collection, name, show)
