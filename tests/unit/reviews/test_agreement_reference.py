"""Agreement as other libraries compute it, on tables drawn at random."""

from __future__ import annotations

import warnings
from typing import Any, Literal

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

from answerable.reviews.agreement.alpha import Level, make_alpha
from answerable.reviews.agreement.estimate import Statistic
from answerable.reviews.agreement.kappa import Weighting, make_cohen, make_fleiss
from answerable.reviews.agreement.table import MISSING, pack

Codes = NDArray[np.int64]
_WEIGHTS: dict[Weighting, Literal["linear", "quadratic"] | None] = {
    "none": None,
    "linear": "linear",
    "quadratic": "quadratic",
}


def compute(statistic: Statistic) -> float:
    return float(statistic.compute(statistic.counts @ statistic.features))


def tables(*, raters: tuple[int, int], least: int = 0) -> st.SearchStrategy[Codes]:
    """Return tables of up to 40 items and 6 values; `least` -1 leaves ratings out."""

    def draw(shape: tuple[int, int, int]) -> st.SearchStrategy[Codes]:
        return arrays(np.int64, shape[:2], elements=st.integers(least, shape[2] - 1))

    shapes = st.tuples(st.integers(1, 40), st.integers(*raters), st.integers(2, 6))
    return shapes.flatmap(draw)


def same(ours: float, theirs: float) -> bool:
    return bool(np.isclose(ours, theirs, rtol=0, atol=1e-9))


@pytest.mark.parametrize("weighting", ["none", "linear", "quadratic"])
@settings(max_examples=150, deadline=None)
@given(codes=tables(raters=(2, 2)))
def test_cohens_kappa(codes: Codes, weighting: Weighting) -> None:
    ours = compute(make_cohen(pack(codes, 6), weighting=weighting))
    one_value = len(np.unique(codes)) == 1
    if one_value:
        assert np.isnan(ours)
        return
    theirs = cohen_kappa_score(codes[:, 0], codes[:, 1], labels=list(range(6)), weights=_WEIGHTS[weighting])
    assert same(ours, theirs)


@settings(max_examples=150, deadline=None)
@given(codes=tables(raters=(2, 7)))
def test_fleiss_kappa(codes: Codes) -> None:
    ours = compute(make_fleiss(pack(codes, 6)))
    if len(np.unique(codes)) == 1:
        assert np.isnan(ours)
        return
    table, _ = aggregate_raters(codes)
    assert same(ours, float(fleiss_kappa(table)))


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
@settings(max_examples=150, deadline=None)
@given(codes=tables(raters=(2, 7), least=MISSING))
def test_krippendorffs_alpha_with_missing_ratings(codes: Codes, level: Level) -> None:
    ours = compute(make_alpha(pack(codes, 6), level=level))
    theirs = _their_alpha(codes, level)
    if theirs is None:
        assert np.isnan(ours)
    else:
        assert same(ours, theirs)


def test_values_of_an_interval_count_by_their_size() -> None:
    codes = np.array([[0, 1], [2, 2], [1, 1], [0, 2], [2, 1]])
    sizes = np.array([1.0, 2.5, 10.0])
    ours = compute(make_alpha(pack(codes, 3), level="interval", numbers=list(sizes)))
    theirs = krippendorff.alpha(sizes[codes].T, level_of_measurement="interval")
    assert same(ours, float(theirs))


def _their_alpha(codes: Codes, level: Level) -> float | None:
    """Return None where the library refuses, or where nothing can be paired."""
    paired = codes[(codes != MISSING).sum(axis=1) > 1]
    if len(np.unique(paired[paired != MISSING])) < 2:
        return None
    data: Any = np.where(codes == MISSING, np.nan, codes.astype(float)).T
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(
            krippendorff.alpha(
                data, level_of_measurement=level, value_domain=[float(value) for value in range(6)]
            )
        )
