"""Canaries: the checks of models, from the settings."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from answerable.answering.measuring import AppMeasurer
from answerable.core.errors import SetupError
from answerable.core.moments import read_age
from answerable.evaluation.canaries.judging import CheckJudge
from answerable.evaluation.canaries.measuring import CanaryRunner
from answerable.evaluation.canaries.service import CanaryService
from answerable.evaluation.canaries.types import CanarySettings
from answerable.evaluation.gating.barring import MayGate
from answerable.evaluation.gating.markdown import render_markdown
from answerable.evaluation.planning import EvalPlanner
from answerable.evaluation.runs.service import EvalService
from answerable.monitoring.alerts.service import AlertService
from answerable.settings import Settings
from answerable.wiring.ground import Ground

_SHORTEST: Final = timedelta(minutes=1)


def make_canaries(
    ground: Ground,
    measurer: AppMeasurer,
    *,
    planner: EvalPlanner,
    evals: EvalService,
    alerts: AlertService,
    may_gate: MayGate,
) -> CanaryService:
    """Return the service. Raises SetupError when the section [model_checks] is not right."""
    chosen = make_canary_settings(ground.settings)
    runner = CanaryRunner(ground.models, evals, planner, open_model=measurer.open, settings=chosen)
    return CanaryService(
        ground.database,
        apps=ground.apps,
        runner=runner,
        judge=CheckJudge(evals, render=render_markdown, may_gate=may_gate),
        evals=evals,
        alerts=alerts,
        audit=ground.audit,
        settings=chosen,
        clock=ground.clock,
    )


def make_canary_settings(settings: Settings) -> CanarySettings:
    section = settings.model_checks
    unknown = [name for name in section.channels if name not in settings.channels]
    if unknown:
        known = ", ".join(sorted(settings.channels)) or "none yet"
        raise SetupError(
            f"[model_checks] tells the channel {unknown[0]!r}, which there is not.",
            hint=f"Add [channels.{unknown[0]}]; there are: {known}.",
        )
    return CanarySettings(**{**section.model_dump(), "every": _read_every(section.every)})


def _read_every(text: str | None) -> timedelta | None:
    if text is None:
        return None
    every = read_age(text)
    if every is None or every < _SHORTEST:
        raise SetupError(
            f"[model_checks] has `every` = {text!r}.", hint="Write a length of time such as 12h or 1d."
        )
    return every
