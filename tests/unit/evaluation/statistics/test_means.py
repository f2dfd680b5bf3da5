"""Intervals and tests of a mean: bootstrap, Student, bounds, rates."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from answerable.core.errors import InvalidInput
from answerable.evaluation.statistics.bootstrap import bootstrap_mean
from answerable.evaluation.statistics.careful import CarefulMean
from answerable.evaluation.statistics.few_differences import bound_mean
from answerable.evaluation.statistics.intervals import mean_interval, t_interval, wilson_interval
from answerable.evaluation.statistics.student import StudentMean, find_student_mean

SKEWED = np.random.default_rng(7).lognormal(0, 1, 400)


def test_the_bootstrap_is_that_of_scipy() -> None:
    ours = bootstrap_mean(SKEWED, seed=1).get_interval(0.05)
    theirs = stats.bootstrap((SKEWED,), np.mean, method="BCa", n_resamples=10_000, rng=1).confidence_interval
    assert ours.low == pytest.approx(theirs.low, abs=0.02)
    assert ours.high == pytest.approx(theirs.high, abs=0.02)


def test_the_same_seed_gives_the_same_numbers() -> None:
    assert bootstrap_mean(SKEWED, seed=3).get_interval(0.05) == bootstrap_mean(SKEWED, seed=3).get_interval(
        0.05
    )


def test_the_tail_is_the_level_of_the_limit() -> None:
    mean = bootstrap_mean(SKEWED, seed=1)
    interval = mean.get_interval(0.1)
    assert mean.get_tail(interval.low) == pytest.approx(0.05, abs=0.002)
    assert mean.get_head(interval.high) == pytest.approx(0.05, abs=0.002)


def test_a_weight_of_two_counts_twice() -> None:
    values, weights = np.array([0.0, 1.0, 1.0, 0.0, 0.5] * 20), np.array([2.0, 1.0, 1.0, 2.0, 1.0] * 20)
    mean = bootstrap_mean(values, weights, seed=1)
    assert mean.mean == pytest.approx(2.5 / 7)
    assert mean.get_interval(0.05).low < 2.5 / 7 < mean.get_interval(0.05).high
    found = find_student_mean(values, weights)
    assert found is not None
    assert found.mean == pytest.approx(2.5 / 7)


def test_a_large_sample_takes_fewer_resamples_and_still_says_the_same() -> None:
    values = np.random.default_rng(1).normal(0.2, 1, 20_000)
    interval = bootstrap_mean(values, seed=1).get_interval(0.05)
    student = t_interval(values)
    assert interval.low == pytest.approx(student.low, abs=0.002)
    assert interval.high == pytest.approx(student.high, abs=0.002)


def test_equal_values_have_an_interval_without_width() -> None:
    mean = bootstrap_mean([0.25] * 40, seed=1)
    assert (mean.get_interval(0.05).low, mean.get_interval(0.05).high) == (0.25, 0.25)
    assert (mean.get_tail(0.2), mean.get_tail(0.3)) == (0.0, 1.0)
    assert find_student_mean(np.full(40, 0.25), np.ones(40)) is None


@pytest.mark.parametrize("values", [[0.1, float("nan")], [0.1, float("inf")], [0.1], []])
def test_a_bootstrap_refuses_what_says_nothing(values: list[float]) -> None:
    with pytest.raises(InvalidInput):
        bootstrap_mean(values, seed=1)


def test_few_differences_are_bounded_as_a_rate_is() -> None:
    """Without any loss the bound is that of Clopper and Pearson, at half the level."""
    bound = bound_mean(np.zeros(50), np.ones(50), reach=1.0)
    assert bound.get_interval(0.05).low == pytest.approx(-(1 - 0.0125 ** (1 / 50)))
    assert bound.get_tail(-0.01) > 0.4
    assert bound.get_head(0.5) < 0.001


def test_the_careful_mean_is_never_surer_than_one_of_its_tests() -> None:
    tests = (bootstrap_mean(SKEWED, seed=1), StudentMean(1.6, 0.2, 399))
    careful = CarefulMean(tests)
    assert careful.get_tail(1.2) == max(test.get_tail(1.2) for test in tests)
    assert careful.get_head(2.2) == max(test.get_head(2.2) for test in tests)
    interval = careful.get_interval(0.05)
    for test in tests:
        assert interval.low <= test.get_interval(0.05).low
        assert interval.high >= test.get_interval(0.05).high


def test_rates_have_wilsons_interval_and_others_students() -> None:
    theirs = stats.binomtest(45, 50).proportion_ci(method="wilson")
    ours = mean_interval([1.0] * 45 + [0.0] * 5)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high))
    values = [0.1, 0.4, 0.35, 0.8]
    student = stats.t.interval(0.95, 3, np.mean(values), stats.sem(values))
    ours = mean_interval(values)
    assert (ours.low, ours.high) == pytest.approx(student)


def test_nothing_is_known_of_no_values() -> None:
    assert (wilson_interval(0, 0).low, wilson_interval(0, 0).high) == (0.0, 1.0)
    assert t_interval([0.5]).width == float("inf")
