"""Judges as the API's JSON. The command line prints the same."""

from __future__ import annotations

from typing import Any, Final

from pydantic import TypeAdapter

from answerable.evaluation.judging.calibration.types import Calibration, Found, JudgeStatus
from answerable.evaluation.judging.calibration.wording import describe_trust
from answerable.evaluation.statistics.ppi import Estimate

_CALIBRATION: Final = TypeAdapter(Calibration)


def render_judge(status: JudgeStatus) -> dict[str, Any]:
    """Return a judge with its newest calibration; `trust` says in a line how far it agrees with people."""
    made = status.calibration
    found = None if made is None else Found(made, status.stale)
    return {
        "name": status.name,
        "variant": status.variant,
        "models": list(status.models),
        "problem": status.problem or None,
        "builtin": status.builtin,
        "trust": describe_trust(found),
        "stale": status.stale,
        "calibration": None if made is None else render_calibration(made),
    }


def render_rate(found: Estimate) -> dict[str, Any]:
    """Return the true mean with its 95 % interval, beside that of the labels of people alone."""
    return {
        "mean": found.mean,
        "low": found.interval.low,
        "high": found.interval.high,
        "humans_alone": {"low": found.humans_alone.low, "high": found.humans_alone.high},
        "judge_weight": found.judge_weight,
        "human_labels": found.human_labels,
        "judge_labels": found.judge_labels,
    }


def render_calibration(calibration: Calibration) -> dict[str, Any]:
    rendered: dict[str, Any] = _CALIBRATION.dump_python(calibration, mode="json")
    return rendered
