"""What a run comes to is what the textbook says of its scores, also where the database sums them up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pytest
from scipy import stats

from answerable.evaluation.runs.service import EvalService
from answerable.evaluation.types import Case, Metric, Score
from tests.integration.evaluation.runs.conftest import MakePlan

FAR = 1e9
"""Far from 0 beside the spread: sums of squares would lose it."""


@dataclass(slots=True)
class Uneven:
    """Gives another value for each example and repeat, and nothing for every fifth example."""

    id: str = "uneven"
    version: str = "1"
    source: Literal["code", "judge"] = "code"

    @property
    def metrics(self) -> Sequence[Metric]:
        return (Metric("far", lowest=None, highest=None), Metric("never"))

    async def evaluate(self, case: Case) -> Sequence[Score]:
        number = int(case.example.key[1:])
        return [Score("far", None if number % 5 == 4 else get_value(number, case.repeat))]


def get_value(number: int, repeat: int) -> float:
    return FAR + number % 7 + 0.25 * repeat


@pytest.mark.parametrize("repeats", [1, 2])
async def test_the_interval_of_a_weighted_mean(evals: EvalService, make_plan: MakePlan, repeats: int) -> None:
    run = await evals.measure(await make_plan(30, evaluators=(Uneven(),), repeats=repeats))
    found, never = run.summary
    kept = [number for number in range(30) if number % 5 != 4]
    values = np.array([np.mean([get_value(number, one) for one in range(repeats)]) for number in kept])
    weights = np.array([1.0 + number % 3 for number in kept])
    mean = np.average(values, weights=weights)
    error = math.sqrt(24 / 23 * ((weights * (values - mean)) ** 2).sum()) / weights.sum()
    half = stats.t.ppf(0.975, 23) * error
    assert (found.n, found.missing) == (24, 6 * repeats)
    assert found.mean is not None
    assert found.low is not None
    assert found.high is not None
    assert found.mean - FAR == pytest.approx(mean - FAR, abs=1e-6)
    assert (found.low - FAR, found.high - FAR) == pytest.approx(
        (mean - half - FAR, mean + half - FAR), abs=1e-6
    )
    assert (never.n, never.mean, never.low, never.missing) == (0, None, None, 0)
