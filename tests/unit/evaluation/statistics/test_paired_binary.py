"""The exact test of two rates on the same examples."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from answerable.core.errors import InvalidInput
from answerable.evaluation.statistics.paired_binary import EXACT_UP_TO, PairedTable


def count_by_hand(table: PairedTable, threshold: float) -> float:
    """Return the p-value by going through every table of n examples, at 300 values of the nuisance."""
    tables = [(g, loss) for g in range(table.n + 1) for loss in range(table.n + 1 - g)]
    scores = np.array([score(g, loss, table.n, threshold) for g, loss in tables])
    extreme = scores >= score(table.gains, table.losses, table.n, threshold) - 1e-9
    counts = np.array([(g, loss, table.n - g - loss) for g, loss in tables])
    worst = 0.0
    for lost in np.linspace(max(0.0, -threshold), (1 - threshold) / 2, 300):
        chances = stats.multinomial.pmf(counts, table.n, [lost + threshold, lost, 1 - 2 * lost - threshold])
        worst = max(worst, float(chances[extreme].sum()))
    return worst


def score(gains: int, losses: int, n: int, threshold: float) -> float:
    """Return Tango's statistic with the most likely rate found by search, not by its formula."""
    lowest, highest = max(0.0, -threshold), (1 - threshold) / 2
    rates = np.linspace(lowest, highest, 20_001)
    with np.errstate(divide="ignore", invalid="ignore"):
        likelihood = (
            np.where(gains, gains * np.log(rates + threshold), 0)
            + np.where(losses, losses * np.log(rates), 0)
            + np.where(n > gains + losses, (n - gains - losses) * np.log(1 - 2 * rates - threshold), 0)
        )
    rate = rates[int(np.nanargmax(likelihood))]
    variance = n * (2 * rate + threshold - threshold**2)
    return 0.0 if variance < 1e-9 else float((gains - losses - n * threshold) / np.sqrt(variance))


@pytest.mark.parametrize(
    ("table", "threshold"),
    [
        (PairedTable(3, 1, 10), -0.1),
        (PairedTable(0, 0, 9), -0.2),
        (PairedTable(2, 5, 12), -0.3),
        (PairedTable(6, 2, 13), 0.05),
    ],
)
def test_the_p_value_is_that_of_going_through_all_tables(table: PairedTable, threshold: float) -> None:
    assert table.get_tail(threshold) == pytest.approx(count_by_hand(table, threshold), rel=0.01)


@pytest.mark.parametrize("n", [EXACT_UP_TO, EXACT_UP_TO + 1, 100_000])
def test_a_clear_loss_is_seen_exactly_and_by_the_normal_tail(n: int) -> None:
    table = PairedTable(n // 50, n // 10, n)
    assert table.get_head(0.0) < 0.001
    assert table.get_tail(-0.05) > 0.9
    interval = table.get_interval(0.05)
    assert interval.low < -0.08 < interval.high < -0.03


def test_gains_mirror_losses() -> None:
    there, back = PairedTable(7, 2, 60), PairedTable(2, 7, 60)
    assert there.get_tail(-0.02) == pytest.approx(back.get_head(0.02))
    low, high = there.get_interval(0.05).low, back.get_interval(0.05).high
    assert low == pytest.approx(-high, abs=1e-4)


def test_the_interval_is_what_the_test_does_not_reject() -> None:
    table = PairedTable(9, 4, 80)
    interval = table.get_interval(0.1)
    assert table.get_tail(interval.low) == pytest.approx(0.05, abs=0.01)
    assert table.get_head(interval.high) == pytest.approx(0.05, abs=0.01)
    assert interval.low < table.mean < interval.high


@pytest.mark.parametrize(("n", "shown"), [(30, False), (100, True)])
def test_no_difference_among_few_examples_shows_nothing(n: int, shown: bool) -> None:
    """One of twenty may be lost: with 30 examples that shows in none of them one time in five."""
    assert (PairedTable(0, 0, n).get_tail(-0.05) <= 0.025) is shown


def test_one_example_knows_hardly_anything() -> None:
    interval = PairedTable(1, 0, 1).get_interval(0.05)
    assert interval.low < -0.9
    assert interval.high == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(("gains", "losses", "n"), [(0, 0, 0), (-1, 0, 5), (3, 3, 5)])
def test_counts_that_cannot_be_are_refused(gains: int, losses: int, n: int) -> None:
    with pytest.raises(InvalidInput, match="cannot have"):
        PairedTable(gains, losses, n)
