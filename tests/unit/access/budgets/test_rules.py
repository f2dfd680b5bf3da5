"""Which budget holds for whom, what a budget may say, and what an app's calls are expected to use."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from answerable.access.budgets.estimates import Estimator
from answerable.access.budgets.rules import Rules
from answerable.access.budgets.types import Budget, Estimate, Spender
from answerable.core.errors import InvalidInput, SetupError


def test_a_budget_that_names_somebody_stands_in_for_the_one_of_everybody() -> None:
    everybody, shop = Budget("key", tokens=10), Budget("key", "shop", tokens=1000)
    rules = Rules([everybody, shop])
    assert rules.find("key", "4711", "shop") == (shop,)
    assert rules.find("key", "4711", "else") == (everybody,)
    assert rules.find("app", "shop") == ()


def test_two_budgets_for_the_same_are_refused() -> None:
    with pytest.raises(SetupError, match="two budgets"):
        Rules([Budget("app", "a", tokens=1), Budget("app", "a", usd=Decimal(1))])


@pytest.mark.parametrize(
    "make",
    [
        lambda: Budget("app"),
        lambda: Budget("app", tokens=-1),
        lambda: Budget("app", tokens=1, warn_at=0),
        lambda: Budget("app", tokens=1, warn_at=1.2),
    ],
)
def test_a_budget_that_makes_no_sense_is_refused(make: Callable[[], Budget]) -> None:
    with pytest.raises(SetupError):
        make()


@pytest.mark.parametrize("user", ["a\x00b", "\ud800", "x" * 201, "a\nb"])
def test_a_user_who_cannot_be_stored_is_refused_at_once(user: str) -> None:
    with pytest.raises(InvalidInput):
        Spender("ask", user=user)


def test_a_call_that_runs_long_is_expected_to_use_what_long_ones_use() -> None:
    estimator = Estimator()
    guess = Estimate(tokens=7.0)
    assert estimator.expect(0, guess) == guess
    for _ in range(40):
        estimator.learn(1.0, 100, 0.0)
        estimator.learn(10.0, 1000, 0.0)
    assert estimator.expect(0, guess).tokens == pytest.approx(550, rel=0.02)
    assert estimator.expect(2.0, guess).tokens == pytest.approx(1000)
    assert estimator.expect(60.0, guess).tokens == pytest.approx(1000)


def test_a_single_odd_call_does_not_speak_for_all_that_wait_in_a_stall() -> None:
    estimator = Estimator()
    estimator.learn(10.0, 10, 0.0)
    for _ in range(255):
        estimator.learn(1.0, 500, 0.0)
    assert estimator.expect(20.0, Estimate(tokens=7.0)).tokens > 450
