"""What all evaluators that are judges have in common: their options, and the way to their judge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pydantic import Field

from answerable.core.errors import SetupError
from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.kind import Options, make_version, refuse_without
from answerable.evaluation.judging.panel import MOST_VOTES, Panel
from answerable.evaluation.judging.scale import find_scale
from answerable.evaluation.judging.version import make_version as make_judge_version
from answerable.evaluation.types import Metric

_VERSION: Final = 1


class JudgeOptions(Options):
    """`votes` is how often the judge is asked, `deadline` how many seconds one vote may take."""

    app: str | None = Field(None, min_length=1, max_length=130, description="an app of yours that judges")
    votes: int = Field(1, ge=1, le=MOST_VOTES)
    deadline: float = Field(120.0, gt=0, le=600)


def open_panel(
    options: JudgeOptions,
    context: EvaluatorContext,
    *,
    kind: str,
    app: str,
    needs: Sequence[str],
    rubric: str = "",
) -> tuple[Panel, str]:
    """Return the judge of the options, else the one called `app`, and the version of its scores.

    `needs` are the variables of which its app must declare all, `rubric` is what it is told to go by. Raises SetupError
    where there are no judges or its app is none, NotFound for an app that is not there.
    """
    if context.find_judge is None or context.ask_judge is None:
        raise refuse_without("a judge", kind)
    judge = context.find_judge(options.app or app)
    missing = [name for name in needs if name not in judge.inputs]
    if missing:
        raise SetupError(
            f"The app {judge.name!r} does not declare {', '.join(missing)}, which the evaluator {kind!r} is about.",
            hint="Declare it as an input of the app, or take another evaluator.",
            code="judge_sees_too_little",
        )
    scale = find_scale(judge.schema, app=judge.name)
    # What else an option says changes no score, or is in the name of the judge already.
    scored = JudgeOptions(votes=options.votes)
    version = make_judge_version(judge, make_version(_VERSION, scored), rubric=rubric)
    panel = Panel(judge, scale, context.ask_judge, votes=options.votes, deadline=options.deadline)
    return panel, version


def make_metric(name: str, panel: Panel, description: str) -> Metric:
    """Return the metric of a judge: binary where its verdicts are two and it has one vote or a majority of them."""
    scale = panel.scale
    return Metric(
        name,
        kind="binary" if scale.binary else "continuous",
        lowest=scale.low,
        highest=scale.high,
        description=f"{description} (judge: {panel.judge.name})",
    )
