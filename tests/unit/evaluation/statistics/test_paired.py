"""What the differences of two runs show."""

from __future__ import annotations

import numpy as np
import pytest

from answerable.core.errors import InvalidInput
from answerable.evaluation.statistics import holm
from answerable.evaluation.statistics.paired import Differences, compare
from answerable.evaluation.statistics.power import (
    get_examples_needed,
    get_examples_without_loss,
    get_power,
)


def make(values: list[float], *, margin: float = 0.05, **changes: object) -> Differences:
    n = len(values)
    return Differences(np.array(values), np.ones(n), np.full(n, margin), **changes)  # type: ignore[arg-type]


def test_yes_or_no_is_compared_exactly_and_weights_make_that_a_bootstrap() -> None:
    values = [1.0, -1.0, -1.0] + [0.0] * 60
    exact = compare(make(values, binary=True, reach=1.0), alpha=0.05, seed=1)
    assert exact.method == "exact"
    weighted = Differences(np.array(values), np.arange(1.0, 64), np.full(63, 0.05), binary=True, reach=1.0)
    assert compare(weighted, alpha=0.05, seed=1).method == "few differ"


def test_a_verdict_by_the_p_value_is_that_by_the_interval() -> None:
    random = np.random.default_rng(2)
    for shift in (-0.1, -0.05, 0.0):
        found = compare(make(list(random.normal(shift, 0.2, 80))), alpha=0.05, seed=1)
        assert (found.p_worse <= 0.05) == (found.interval.high < 0)
        assert (found.p_beyond <= 0.05) == (found.interval.low > -0.05)
        assert (found.p_within <= 0.05) == (found.interval.high < -0.05)


def test_equal_scores_of_few_examples_do_not_pass_for_sure() -> None:
    """A bootstrap alone would have an interval without width."""
    few = compare(make([0.0] * 30, reach=1.0), alpha=0.05, seed=1)
    many = compare(make([0.0] * 200, reach=1.0), alpha=0.05, seed=1)
    assert few.method == many.method == "few differ"
    assert (few.p_beyond <= 0.05, many.p_beyond <= 0.05) == (False, True)
    assert few.p_worse == many.p_worse == 1.0


def test_a_metric_without_bounds_that_never_changes_is_not_worse() -> None:
    found = compare(make([0.0] * 30, margin=1.0), alpha=0.05, seed=1)
    assert (found.interval.low, found.interval.high, found.p_beyond) == (0.0, 0.0, 0.0)


def test_one_example_shows_nothing() -> None:
    found = compare(make([-1.0], binary=True, reach=1.0), alpha=0.05, seed=1)
    assert (found.p_worse, found.p_beyond, found.interval.width) == (1.0, 1.0, float("inf"))


def test_a_share_of_the_baseline_is_a_margin_for_each_example() -> None:
    """A tenth of 100 to 1,000 ms; every example takes 5 % longer."""
    before = np.random.default_rng(3).uniform(100, 1_000, 60)
    found = compare(Differences(-0.05 * before, np.ones(60), 0.1 * before), alpha=0.05, seed=1)
    assert found.p_beyond <= 0.001
    assert found.p_worse <= 0.001


@pytest.mark.parametrize(
    ("values", "code"),
    [([], "no_examples"), ([0.1, float("nan")], "not_finite"), ([0.1, float("-inf")], "not_finite")],
)
def test_differences_that_are_none_are_refused(values: list[float], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        make(values)
    assert caught.value.code == code


def test_holm_corrects_in_the_order_of_the_p_values() -> None:
    """The example of Holm's procedure in every textbook: .01, .04, .03, .005."""
    assert holm.adjust([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm.adjust([0.9, 0.8]) == [1.0, 1.0]
    assert holm.adjust([]) == []


def test_the_power_of_the_number_needed_is_the_power_asked_for() -> None:
    needed = get_examples_needed(spread=0.3, distance=0.05, alpha=0.05, power=0.8)
    assert needed == 283
    assert get_power(needed, spread=0.3, distance=0.05, alpha=0.05) == pytest.approx(0.8, abs=0.002)
    assert get_examples_needed(spread=0.3, distance=0.0, alpha=0.05, power=0.8) is None
    assert get_power(100, spread=0.3, distance=0.0, alpha=0.05) == 0.025


def test_the_rule_of_three() -> None:
    n = get_examples_without_loss(0.05, alpha=0.05)
    assert 0.95**n <= 0.025 < 0.95 ** (n - 1)
