"""The true rate from a few labels of people and many of a judge."""

from __future__ import annotations

import numpy as np
import pytest

from answerable.core.errors import InvalidInput
from answerable.evaluation.statistics.ppi import estimate_mean


def simulate(
    accuracy: float, *, rate: float = 0.8, labels: int = 150, runs: int = 400
) -> tuple[float, float]:
    """Return how often the interval holds the rate, and its width beside that of people alone."""
    random = np.random.default_rng(11)
    covered, widths, alone = 0, 0.0, 0.0
    for _ in range(runs):
        truth = random.random(labels + 2_000) < rate
        judge = np.where(random.random(len(truth)) < accuracy, truth, ~truth).astype(float)
        found = estimate_mean(truth[:labels].astype(float), judge[:labels], judge[labels:])
        covered += found.interval.low <= rate <= found.interval.high
        widths += found.interval.width
        alone += found.humans_alone.width
    return covered / runs, widths / alone


@pytest.mark.parametrize(("accuracy", "narrower"), [(0.6, 1.03), (0.95, 0.7)])
def test_the_interval_covers_and_a_good_judge_makes_it_narrower(accuracy: float, narrower: float) -> None:
    covered, width = simulate(accuracy)
    assert 0.92 <= covered <= 0.98
    assert width < narrower


def test_a_judge_that_is_always_wrong_about_half_is_not_believed() -> None:
    random = np.random.default_rng(5)
    human = (random.random(200) < 0.7).astype(float)
    noise = (random.random(3_200) < 0.5).astype(float)
    found = estimate_mean(human, noise[:200], noise[200:])
    assert found.judge_weight < 0.2
    assert found.interval.width == pytest.approx(found.humans_alone.width, rel=0.05)


def test_a_biased_judge_is_corrected() -> None:
    """It calls every second bad answer good; its own mean is far off, and what people said mends that."""
    random = np.random.default_rng(6)
    truth = (random.random(4_300) < 0.6).astype(float)
    judge = np.where(random.random(4_300) < 0.5, 1.0, truth)
    found = estimate_mean(truth[:300], judge[:300], judge[300:])
    assert judge.mean() > 0.75
    assert found.interval.low < 0.6 < found.interval.high
    assert (found.human_labels, found.judge_labels) == (300, 4_000)
    assert found.saved > 0


def test_scores_that_are_no_yes_or_no_work_too() -> None:
    random = np.random.default_rng(8)
    truth = random.normal(3.5, 1, 2_200)
    judge = truth + random.normal(0.4, 0.3, 2_200)
    found = estimate_mean(truth[:200], judge[:200], judge[200:])
    assert found.interval.low < 3.5 < found.interval.high
    assert found.interval.width < 0.6 * found.humans_alone.width


@pytest.mark.parametrize("rest", [[], [1.0] * 500])
def test_a_judge_that_says_nothing_leaves_what_people_said(rest: list[float]) -> None:
    human = [1.0] * 40 + [0.0] * 10
    found = estimate_mean(human, [1.0] * 50, rest)
    assert found.mean == pytest.approx(0.8, abs=0.02)
    assert found.interval.width == pytest.approx(found.humans_alone.width, rel=0.15)


@pytest.mark.parametrize(
    ("human", "judge", "rest"),
    [
        ([1.0], [1.0], [1.0]),
        ([1.0, 0.0], [1.0], [1.0]),
        ([1.0, float("nan")], [1.0, 0.0], [1.0]),
        ([1.0, 0.0], [1.0, 0.0], [float("inf")]),
    ],
)
def test_labels_that_say_nothing_are_refused(
    human: list[float], judge: list[float], rest: list[float]
) -> None:
    with pytest.raises(InvalidInput):
        estimate_mean(human, judge, rest)
