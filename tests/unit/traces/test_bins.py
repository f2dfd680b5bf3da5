"""Quantiles from counts in logarithmic bins."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.traces.rollups.bins import ERROR, SHORTEST_MS, quantile, to_bin, to_ms

DURATIONS = st.floats(SHORTEST_MS, 1e8)
SMALLINT = range(-(2**15), 2**15)


@given(DURATIONS)
def test_a_bin_stands_for_its_durations_within_five_percent(ms: float) -> None:
    assert to_ms(to_bin(ms)) == pytest.approx(ms, rel=ERROR * (1 + 1e-9))
    assert to_bin(ms) in SMALLINT


@given(st.lists(DURATIONS, min_size=1), st.floats(0, 1))
def test_a_quantile_is_within_five_percent_of_the_exact_one(durations: list[float], q: float) -> None:
    exact = sorted(durations)[max(1, math.ceil(q * len(durations))) - 1]
    assert quantile(Counter(map(to_bin, durations)), q) == pytest.approx(exact, rel=ERROR * (1 + 1e-9))


@pytest.mark.parametrize("ms", [0.0, -5.0, 1e-12])
def test_no_duration_is_too_short_for_a_bin(ms: float) -> None:
    assert to_bin(ms) == to_bin(SHORTEST_MS)


def test_nothing_has_no_quantile() -> None:
    assert quantile({}, 0.5) is None
    assert quantile({3: 0}, 0.5) is None
