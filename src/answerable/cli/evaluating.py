"""Evaluating from the command line: one thing after the other, each with its progress, then the reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from answerable.cli.eval_progress import shown_eval
from answerable.core.errors import SetupError
from answerable.evaluation.planning import Asked
from answerable.evaluation.reports.files import Form, write_reports
from answerable.evaluation.runs.progress import Tally
from answerable.evaluation.runs.types import EvalRun
from answerable.wiring import Services


async def evaluate(
    services: Services, asked: Asked, *, console: Console, reports: Mapping[Form, Path]
) -> EvalRun:
    """Measure what is asked for, show how far it is, write the reports, and return the run at its end."""
    last: list[Tally] = []
    async with services.eval_planner.planned(asked) as plan:
        with shown_eval(console) as show:

            def note(tally: Tally) -> None:
                last[:] = [tally]
                show(tally)

            run = await services.evals.measure(plan, on_progress=note)
    if last and last[0].unscored:
        console.print(
            f"{last[0].unscored} of {run.total} {_describe_unscored(asked)}", style="yellow", soft_wrap=True
        )
    await write_reports(services.evals, run.id, reports)
    return run


def _describe_unscored(asked: Asked) -> str:
    if asked.retrieval:
        return "have no evidence, so nothing says what the search should find: name documents or passages in them."
    return "say what is expected, and no evaluator of this run looks at it: name some with --evaluator."


async def evaluate_variants(services: Services, asked: Sequence[Asked], *, console: Console) -> list[EvalRun]:
    """Measure several variants one after the other. Raises SetupError (`eval_stopped`) when one could not be ended."""
    runs = []
    for one in asked:
        console.print(f"{one.app}:", style="dim", markup=False)
        run = await evaluate(services, one, console=console, reports={})
        if run.state != "done":
            raise SetupError(
                f"{one.app} is {run.state}: {run.reason}",
                hint="The same command goes on where it was.",
                code="eval_stopped",
            )
        runs.append(run)
    return runs
