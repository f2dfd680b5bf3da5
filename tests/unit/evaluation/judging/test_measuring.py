"""How far judge and people agree: known tables, other libraries, and what is not defined."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import numpy as np
import pytest
from scipy.stats import spearmanr
from statsmodels.stats.proportion import confint_proportions_2indep

from answerable.evaluation.judging.calibration.bar import check_bar
from answerable.evaluation.judging.calibration.corrected import correct_rate
from answerable.evaluation.judging.calibration.drift import find_drift
from answerable.evaluation.judging.calibration.length import correlate_ranks, find_length_bias
from answerable.evaluation.judging.calibration.measuring import (
    count_confusion,
    find_categories,
    find_start,
    list_worst,
    measure,
    measure_periods,
    measure_slices,
)
from answerable.evaluation.judging.calibration.service import make_calibration
from answerable.evaluation.judging.calibration.types import Bar, Calibration, Found, Pair
from answerable.evaluation.judging.calibration.wording import describe_trust
from answerable.evaluation.judging.version import JudgeRef

MARCH = datetime(2026, 3, 15, tzinfo=UTC)
JUDGE = JudgeRef("tone", "main@0123456789ab")
numbers = count()


def make_pairs(
    both: int, judge: int, people: int, neither: int, *, at: datetime = MARCH, slice: str = ""
) -> list[Pair]:
    """Return pairs of yes and no: said by both, by the judge alone, by people alone, by neither."""
    cells = [(1.0, 1.0, both), (1.0, 0.0, judge), (0.0, 1.0, people), (0.0, 0.0, neither)]
    return [
        Pair(f"{next(numbers):032x}", said, truth, at, (slice,) if slice else ())
        for said, truth, times in cells
        for _ in range(times)
    ]


def calibrate(pairs: list[Pair]) -> Calibration:
    return make_calibration(pairs, id=UUID(int=1), judge=JUDGE, label="tone", source="online", at=MARCH)


def test_a_known_table_gives_its_known_figures() -> None:
    """The example of Cohen's kappa in its article of Wikipedia: 20, 5, 10, 15 gives 0.4."""
    pairs = make_pairs(20, 5, 10, 15)
    found = measure(pairs, (0.0, 1.0))
    assert found.kappa.value == pytest.approx(0.4)
    assert found.same.value == 0.7
    assert found.same.low < 0.7 < found.same.high
    assert found.balanced_accuracy == pytest.approx((15 / 20 + 20 / 30) / 2)
    assert found.bias == pytest.approx((5 - 10) / 50)
    assert count_confusion(pairs, (0.0, 1.0)) == ((15, 5), (10, 20))


def test_people_who_say_only_one_thing_leave_kappa_undefined() -> None:
    found = measure(make_pairs(12, 0, 0, 0), (0.0, 1.0))
    assert found.kappa.value is None
    assert found.kappa.reason.startswith("People ")
    assert found.balanced_accuracy is None
    assert found.same.value == 1.0


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        ((0, 0, 20, 40), "The judge said the same of every answer."),
        ((0, 20, 0, 40), "People said the same of every answer."),
        ((40, 0, 0, 0), "People and the judge said the same of every answer."),
    ],
)
def test_who_never_says_another_thing_leaves_kappa_undefined_and_is_named(
    pairs: tuple[int, int, int, int], reason: str
) -> None:
    made = calibrate(make_pairs(*pairs))
    assert (made.agreement.kappa.value, made.agreement.kappa.low) == (None, None)
    assert made.agreement.kappa.reason == reason
    said = describe_trust(Found(made))
    assert said.startswith("kappa not defined on ")
    assert said.endswith(reason[1:].rstrip("."))
    assert reason in str(check_bar(JUDGE, Found(made), Bar(items=10)))


def test_one_pair_is_enough_to_be_measured_and_not_to_be_believed() -> None:
    made = calibrate(make_pairs(1, 0, 0, 0))
    assert made.agreement.items == 1
    assert made.drift is None
    assert check_bar(JUDGE, Found(made, stale=False), Bar()) is not None


def test_a_graded_judge_is_held_against_yes_and_no_at_the_middle() -> None:
    pairs = [Pair("a", 0.9, 1.0, MARCH), Pair("b", 0.2, 0.0, MARCH), Pair("c", 0.4, 1.0, MARCH)]
    assert find_categories(pairs) == (0.0, 1.0)
    assert measure(pairs, (0.0, 1.0)).same.value == pytest.approx(2 / 3)


def test_graded_labels_of_people_are_the_categories() -> None:
    pairs = [Pair(str(n), human, human, MARCH) for n, human in enumerate([0.0, 0.5, 1.0, 0.5])]
    assert find_categories(pairs) == (0.0, 0.5, 1.0)
    assert measure(pairs, (0.0, 0.5, 1.0)).kappa.value == 1.0


def test_many_different_numbers_are_put_on_five_steps() -> None:
    pairs = [Pair(str(n), n / 20, n / 20, MARCH) for n in range(21)]
    assert find_categories(pairs) == (0.0, 0.25, 0.5, 0.75, 1.0)


def test_slices_are_measured_each_and_small_ones_left_out() -> None:
    pairs = make_pairs(5, 0, 0, 5, slice="app:good") + make_pairs(0, 5, 5, 0, slice="app:bad")
    pairs += make_pairs(2, 0, 0, 0, slice="app:small")
    found = {part.name: part.agreement.same.value for part in measure_slices(pairs, (0.0, 1.0))}
    assert found == {"app:good": 1.0, "app:bad": 0.0}


def test_a_judge_that_agreed_and_no_more_does_has_drifted() -> None:
    before = make_pairs(45, 3, 2, 50, at=MARCH)
    now = make_pairs(20, 15, 15, 20, at=MARCH + timedelta(days=31))
    periods = measure_periods(before + now, (0.0, 1.0), by="month")
    assert [period.start.month for period in periods] == [3, 4]
    drift = find_drift(periods)
    assert drift is not None
    assert drift.drifted
    assert drift.change == pytest.approx(40 / 70 - 95 / 100)
    low, high = confint_proportions_2indep(40, 70, 95, 100, method="newcomb", compare="diff")
    assert (drift.low, drift.high) == pytest.approx((low, high))


def test_a_little_less_agreement_is_no_drift() -> None:
    periods = measure_periods(
        make_pairs(45, 3, 2, 50) + make_pairs(9, 1, 1, 9, at=MARCH + timedelta(days=31)),
        (0.0, 1.0),
        by="month",
    )
    drift = find_drift(periods)
    assert drift is not None
    assert not drift.drifted


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    assert find_start(MARCH, "week") == datetime(2026, 3, 9, tzinfo=UTC)
    assert find_start(MARCH, "month") == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_judge_that_likes_length_more_than_people_do_is_found_out() -> None:
    random = np.random.default_rng(4)
    lengths = random.integers(10, 1000, 200)
    human = random.integers(0, 2, 200).astype(float)
    fond = [
        Pair(str(n), float(length > 500), human[n], MARCH, length=int(length))
        for n, length in enumerate(lengths)
    ]
    fair = [Pair(str(n), human[n], human[n], MARCH, length=int(length)) for n, length in enumerate(lengths)]
    found, other = find_length_bias(fond), find_length_bias(fair)
    assert found is not None
    assert found.favours == "long"
    assert other is not None
    assert other.favours is None


def test_length_is_not_judged_on_a_handful_or_where_it_is_unknown() -> None:
    assert find_length_bias([Pair(str(n), 1.0, 0.0, MARCH) for n in range(50)]) is None


def test_rank_correlation_is_that_of_scipy_with_ties() -> None:
    random = np.random.default_rng(7)
    one, other = random.integers(0, 5, 300).astype(float), random.integers(0, 9, 300).astype(float)
    assert correlate_ranks(one, other) == pytest.approx(spearmanr(one, other).statistic)
    assert correlate_ranks(one, np.ones(300)) is None


def test_what_is_furthest_apart_comes_first_and_near_things_do_not() -> None:
    pairs = [Pair("near", 0.9, 1.0, MARCH), Pair("far", 0.0, 1.0, MARCH), Pair("half", 0.5, 1.0, MARCH)]
    assert list_worst(pairs) == ("far", "half")


def test_the_bar() -> None:
    good = calibrate(make_pairs(45, 3, 2, 50))
    poor = calibrate(make_pairs(30, 20, 20, 30))
    assert check_bar(JUDGE, Found(good, stale=False), Bar()) is None
    assert "never held against people" in str(check_bar(JUDGE, None, Bar()))
    assert "main@0123456789ab, and judges as" in str(
        check_bar(JudgeRef("tone", "main@ffff"), Found(good, stale=True), Bar())
    )
    assert "on 100 answers, and 200 are asked for" in str(
        check_bar(JUDGE, Found(good, stale=False), Bar(items=200))
    )
    assert "kappa 0.20, and 0.60 is asked for" in str(check_bar(JUDGE, Found(poor, stale=False), Bar()))


def test_what_stands_beside_a_score() -> None:
    made = calibrate(make_pairs(45, 3, 2, 50))
    assert describe_trust(None) == "not held against people yet"
    assert describe_trust(Found(made, stale=False)).startswith("kappa 0.90 (0.")
    assert "on 100 answers, 2026-03-15" in describe_trust(Found(made, stale=False))
    assert "another variant" in describe_trust(Found(made, stale=True))
    part = replace(made, since=MARCH, until=MARCH.replace(month=5))
    assert describe_trust(Found(part)).endswith("; answers since 2026-03-15, until 2026-05-15")


def test_the_true_rate_from_few_labels_and_many_judgements() -> None:
    random = np.random.default_rng(3)
    truth = {str(n): float(random.random() < 0.7) for n in range(2_000)}
    judged = {id: value if random.random() < 0.9 else 1 - value for id, value in truth.items()}
    labelled = {str(n): truth[str(n)] for n in range(200)}
    found = correct_rate(judged, labelled)
    assert found.interval.low < np.mean(list(truth.values())) < found.interval.high
    assert found.interval.width < found.humans_alone.width
    assert (found.human_labels, found.judge_labels) == (200, 1_800)
