"""Reports of a run, written to files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal
from uuid import UUID

from answerable.core.errors import SetupError
from answerable.evaluation.reports.html import render_html
from answerable.evaluation.reports.junit import render_junit
from answerable.evaluation.reports.markdown import render_markdown
from answerable.evaluation.reports.result_file import render_result_file
from answerable.evaluation.runs.service import EvalService
from answerable.evaluation.runs.types import EvalRun, ItemResult

Form = Literal["junit", "markdown", "html", "output"]
Results = Callable[[], AsyncIterator[Sequence[ItemResult]]]
Render = Callable[[EvalRun, Results], AsyncIterator[str]]


async def _render_markdown(run: EvalRun, results: Results) -> AsyncIterator[str]:
    yield await render_markdown(run, results())


FORMS: Final[dict[Form, Render]] = {
    "junit": render_junit,
    "markdown": _render_markdown,
    "html": lambda run, results: render_html(run, results()),
    "output": lambda run, results: render_result_file(run, results()),
}


async def write_reports(service: EvalService, run_id: UUID, paths: Mapping[Form, Path]) -> None:
    """Write each report of a run; a file that was there is replaced once the new one is whole.

    Raises NotFound, and SetupError when a file cannot be written.
    """
    run = replace(await service.get(run_id), summary=await service.summarise(run_id))
    for form, path in paths.items():
        await _write(path, FORMS[form](run, lambda: service.iterate_results(run_id)))


async def _write(path: Path, parts: AsyncIterator[str]) -> None:
    unfinished = path.with_name(f".{path.name}.part")
    try:
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        with unfinished.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
            async for part in parts:
                file.write(part)
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise SetupError(
            f"{path} cannot be written: {error.strerror}.", hint="Choose another place for the report."
        ) from error
