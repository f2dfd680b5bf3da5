"""What a sweep says of its points."""

from __future__ import annotations

import math

import numpy as np
import pytest

from answerable.evaluation.sweeps.comparing import find_front, summarise
from answerable.evaluation.sweeps.measuring import MISSING
from tests.unit.evaluation.sweeps.samples import METRIC, make_columns, make_measurements, make_point

BASELINE = make_point(baseline=True)


def test_a_clear_difference_is_told_and_a_small_one_is_not() -> None:
    random = np.random.default_rng(1)
    base = random.uniform(0.3, 0.6, 80)
    found = make_measurements(
        make_columns(BASELINE, base),
        make_columns(make_point(20), np.clip(base + random.normal(0.2, 0.05, 80), 0, 1)),
        make_columns(make_point(4), np.clip(base + random.normal(-0.2, 0.05, 80), 0, 1)),
        make_columns(make_point(9), np.clip(base + random.normal(0.0, 0.05, 80), 0, 1)),
    )
    results = {result.point.settings.top_k: result for result in summarise(found, METRIC)}

    verdicts = {top_k: one.difference.verdict for top_k, one in results.items() if one.difference}
    assert verdicts == {20: "better", 4: "worse", 9: "unclear"}
    better = results[20].difference
    assert better is not None
    assert better.low < better.mean < better.high
    assert better.mean == pytest.approx(0.2, abs=0.03)
    assert next(iter(results)) == 20, "the best comes first"


def test_one_of_many_settings_is_not_better_by_chance() -> None:
    """Sixty settings that differ from the baseline by noise alone: at 5 % each, three would be called other."""
    random = np.random.default_rng(7)
    base = random.uniform(0, 1, 60)
    noisy = [
        make_columns(make_point(top_k), np.clip(base + random.normal(0, 0.15, 60), 0, 1))
        for top_k in range(10, 70)
    ]
    results = summarise(make_measurements(make_columns(BASELINE, base), *noisy), METRIC)
    assert {one.difference.verdict for one in results if one.difference} == {"unclear"}


def test_equal_scores_are_unclear() -> None:
    found = make_measurements(make_columns(BASELINE, [1.0] * 5), make_columns(make_point(20), [1.0] * 5))
    other = next(one for one in summarise(found, METRIC) if not one.point.baseline)
    assert other.difference is not None
    assert (other.difference.mean, other.difference.verdict) == (0.0, "unclear")


def test_one_example_decides_nothing() -> None:
    found = make_measurements(make_columns(BASELINE, [0.0]), make_columns(make_point(20), [1.0]))
    other = next(one for one in summarise(found, METRIC) if not one.point.baseline)
    assert other.difference is not None
    assert other.difference.verdict == "unclear"


def test_a_point_that_always_failed_is_shown_as_such() -> None:
    found = make_measurements(
        make_columns(BASELINE, [0.5, 0.7, 0.9]), make_columns(make_point(20), [MISSING] * 3)
    )
    failed = next(one for one in summarise(found, METRIC) if not one.point.baseline)
    assert (failed.failed, failed.quality[METRIC].n, failed.quality[METRIC].missing) == (3, 0, 3)
    assert math.isnan(failed.latency_p50)
    assert not failed.on_front


def test_examples_count_by_their_weight() -> None:
    found = make_measurements(make_columns(BASELINE, [0.0, 1.0]), weights=[3.0, 1.0])
    assert summarise(found, METRIC)[0].quality[METRIC].mean == 0.25


def test_the_front_holds_what_nothing_beats() -> None:
    points = [(0.9, 5.0, 900.0), (0.9, 4.0, 900.0), (0.8, 1.0, 900.0), (0.8, 1.0, 901.0), (0.7, 9.0, 100.0)]
    assert find_front(points) == [False, True, True, False, True]


def test_two_equal_points_are_both_on_the_front() -> None:
    assert find_front([(0.9, 5.0, 900.0), (0.9, 5.0, 900.0)]) == [True, True]
