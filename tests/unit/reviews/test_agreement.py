"""What agreement says at its edges, and how sure it is."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import bootstrap

from answerable.reviews.agreement.alpha import make_alpha
from answerable.reviews.agreement.estimate import Estimate, Statistic, estimate
from answerable.reviews.agreement.kappa import make_cohen, make_fleiss
from answerable.reviews.agreement.table import MISSING, Table, list_raters, make_table, order_categories, pack

RATINGS = {
    "a": {"ann": "good", "bob": "good"},
    "b": {"ann": "bad", "bob": "good", "cyn": "bad"},
    "c": {"cyn": "bad"},
}


def find(statistic: Statistic, **options: float | int) -> Estimate:
    return estimate(statistic, undefined="nothing to compare", **options)  # type: ignore[arg-type]


def draw(seed: int, *, items: int, agree: float) -> Table:
    random = np.random.default_rng(seed)
    first = random.integers(0, 3, items)
    second = np.where(random.random(items) < agree, first, random.integers(0, 3, items))
    return pack(np.stack([first, second], axis=1), 3)


def test_ratings_become_a_table_with_what_is_missing() -> None:
    assert list_raters(RATINGS) == ["ann", "bob", "cyn"]
    table = make_table(RATINGS, ["ann", "bob", "cyn"], ["bad", "good"])
    assert table.items == 3
    assert sorted(table.codes.tolist()) == [[MISSING, MISSING, 0], [0, 1, 0], [1, 1, MISSING]]
    assert table.select((0, 1)).items == 2
    assert order_categories(["b", 10, 2, "a"]) == [2, 10, "a", "b"]


def test_a_value_that_is_no_category_any_more_counts_as_missing() -> None:
    table = make_table({"a": {"ann": "gone", "bob": "good"}}, ["ann", "bob"], ["good"])
    assert table.codes.tolist() == [[MISSING, 0]]


@pytest.mark.parametrize("make", [make_cohen, make_fleiss, make_alpha])
def test_one_value_alone_leaves_agreement_undefined_and_says_so(make: object) -> None:
    found = find(make(pack(np.zeros((9, 2), dtype=np.int64), 2)))  # type: ignore[operator]
    assert (found.value, found.low, found.high, found.reason) == (None, None, None, "nothing to compare")
    assert found.items == 9


@pytest.mark.parametrize("make", [make_cohen, make_fleiss, make_alpha])
def test_no_item_at_all(make: object) -> None:
    found = find(make(pack(np.zeros((0, 2), dtype=np.int64), 2)))  # type: ignore[operator]
    assert (found.value, found.items) == (None, 0)


@pytest.mark.parametrize("make", [make_cohen, make_fleiss, make_alpha])
def test_two_items_have_a_value_but_no_interval(make: object) -> None:
    found = find(make(pack(np.array([[0, 0], [1, 1]]), 2)))  # type: ignore[operator]
    assert (found.value, found.low, found.high) == (1.0, None, None)


def test_perfect_agreement_has_no_width() -> None:
    found = find(make_cohen(pack(np.array([[0, 0], [1, 1]] * 20), 2)))
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)


def test_fleiss_takes_the_items_with_the_most_ratings() -> None:
    codes = np.array([[0, 0, 0], [1, 1, 1], [0, 1, MISSING], [0, MISSING, MISSING]])
    found = find(make_fleiss(pack(codes, 2)))
    assert (found.value, found.items) == (1.0, 2)


def test_the_same_seed_gives_the_same_interval() -> None:
    table = draw(1, items=60, agree=0.6)
    assert find(make_cohen(table), seed=7) == find(make_cohen(table), seed=7)
    assert find(make_cohen(table), seed=7) != find(make_cohen(table), seed=8)


@pytest.mark.parametrize("agree", [0.3, 0.7, 0.95])
def test_the_interval_is_scipys(agree: float) -> None:
    """Both draw at random: their ends differ by what 9,999 draws leave open."""
    table = draw(2, items=80, agree=agree)
    ours = find(make_cohen(table), resamples=9_999)
    items = np.repeat(table.codes, table.counts, axis=0)

    def kappa(first: NDArray[np.int64], second: NDArray[np.int64]) -> float:
        return find(make_cohen(pack(np.stack([first, second], axis=1), 3)), resamples=1).value or 0.0

    theirs = bootstrap(
        (items[:, 0], items[:, 1]),
        kappa,
        paired=True,
        vectorized=False,
        n_resamples=1_999,
        method="BCa",
        rng=3,
    ).confidence_interval
    assert ours.low == pytest.approx(theirs.low, abs=0.03)
    assert ours.high == pytest.approx(theirs.high, abs=0.03)


def test_an_interval_holds_the_true_value_as_often_as_it_says() -> None:
    """Raters who share a value for 60 of 100 items and guess for the rest agree at kappa .6."""
    held = 0
    for seed in range(200):
        found = find(make_cohen(draw(seed, items=150, agree=0.6)), resamples=400)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.6 <= found.high
    assert 180 <= held <= 199
