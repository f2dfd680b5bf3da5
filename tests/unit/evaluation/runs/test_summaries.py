"""Intervals of weighted means, and runs compared example by example."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from answerable.evaluation.runs.comparing import compare_means
from answerable.evaluation.runs.sums import Sums, estimate_interval
from answerable.evaluation.statistics.intervals import Interval
from answerable.evaluation.types import Metric

SHARE = Metric("exact", kind="binary")
LATENCY = Metric("latency_ms", better="lower", unit="ms", highest=None)


def estimate(values: NDArray[np.float64], weights: NDArray[np.float64], metric: Metric) -> Interval:
    """Estimate the interval from sums as the database makes them."""
    mean = float(np.average(values, weights=weights))
    sums = Sums(
        n=len(values),
        missing=0,
        mean=mean,
        weight=float(weights.sum()),
        squares=float(((weights * (values - mean)) ** 2).sum()),
        weight_squares=float((weights**2).sum()),
        binary=set(values) <= {0.0, 1.0},
    )
    return estimate_interval(sums, metric)


def test_equal_weights_give_the_intervals_of_the_textbooks() -> None:
    values, weights = np.array([1.0] * 8 + [0.0] * 2), np.ones(10)
    wilson = stats.binomtest(8, 10).proportion_ci(method="wilson")
    found = estimate(values, weights, SHARE)
    assert (found.low, found.high) == pytest.approx((wilson.low, wilson.high))
    times = np.array([10.0, 20.0, 40.0, 80.0])
    student = stats.t.interval(0.95, 3, loc=times.mean(), scale=stats.sem(times))
    found = estimate(times, np.ones(4), LATENCY)
    assert (found.low, found.high) == pytest.approx((max(0.0, student[0]), student[1]))


def test_a_weighted_mean_keeps_its_promise() -> None:
    rng = np.random.default_rng(20_261_121)
    weights = rng.choice([1.0, 2.0, 5.0], size=60)
    hits = 0
    for _ in range(2000):
        values = (rng.random(60) < 0.7).astype(float)
        found = estimate(values, weights, SHARE)
        hits += found.low <= 0.7 <= found.high
    assert 0.92 <= hits / 2000 <= 0.97


def test_a_few_weighted_examples_that_all_fail_do_not_make_a_rate_certain() -> None:
    found = estimate(np.zeros(6), np.array([1.0, 1.0, 1.0, 1.0, 1.0, 3.0]), SHARE)
    assert (found.low, found.high) == pytest.approx((0.0, 0.457), abs=1e-3)
    assert estimate(np.ones(6), np.array([0.1, 0.3, 0.7, 1.1, 1.3, 3.0]), SHARE).high == pytest.approx(1.0)


def test_an_interval_stays_within_what_the_metric_can_be() -> None:
    found = estimate(np.array([1.0, 1.0, 0.9]), np.array([1.0, 2.0, 3.0]), SHARE)
    assert found.high == 1.0


def test_a_difference_goes_in_the_metrics_own_direction() -> None:
    before = {f"q{number}": (100.0 + number, 1.0) for number in range(30)}
    after = {key: (value - 20.0 + number % 3, 1.0) for number, (key, (value, _)) in enumerate(before.items())}
    found = compare_means(LATENCY, before, after, single=True)
    assert found is not None
    assert (found.improved, found.worsened, found.n) == (30, 0, 30)
    assert found.low < found.mean < found.high < 0
    assert found.significant


def test_the_same_values_differ_by_nothing_and_nothing_in_common_is_no_comparison() -> None:
    before = {f"q{number}": (float(number % 2), 1.0) for number in range(20)}
    found = compare_means(SHARE, before, before, single=True)
    assert found is not None
    assert (found.mean, found.improved, found.worsened, found.significant) == (0.0, 0, 0, False)
    assert compare_means(SHARE, before, {"other": (1.0, 1.0)}, single=True) is None
