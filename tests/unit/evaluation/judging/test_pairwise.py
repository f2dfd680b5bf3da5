"""Two answers are compared in both orders: who follows the place alone prefers none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from answerable.core.errors import UpstreamFailed
from answerable.evaluation.judging.costs import find_cost
from answerable.evaluation.judging.pairwise import PairJudge, Preference
from answerable.evaluation.judging.panel import Panel
from answerable.evaluation.judging.scale import find_scale
from tests.fakes.judges import CENT, FakeJudge, make_judge, say


async def compare(says: Callable[[Mapping[str, Any]], Any]) -> Preference:
    app = make_judge(words=["tie", "first", "second", "abstain"])
    panel = Panel(app, find_scale(app.schema, app="pairwise"), FakeJudge(says))
    return await PairJudge(panel).compare({"question": "Why?"}, "a long answer", "short")


async def test_the_better_one_is_preferred_from_either_place() -> None:
    found = await compare(lambda shown: say("first" if shown["first"] == "a long answer" else "second"))
    assert (found.value, found.consistent) == (1.0, True)
    assert found.ruling.cost_usd == 2 * CENT
    worse = await compare(lambda shown: say("first" if shown["first"] == "short" else "second"))
    assert (worse.value, worse.consistent) == (0.0, True)


async def test_a_judge_that_follows_the_place_gives_a_tie_and_is_told_of() -> None:
    found = await compare(lambda _: say("first"))
    assert (found.value, found.consistent) == (0.5, False)
    assert "change places" in found.reason


async def test_a_tie_in_both_orders_is_a_consistent_tie() -> None:
    found = await compare(lambda _: say("tie"))
    assert (found.value, found.consistent) == (0.5, True)


async def test_who_abstains_once_abstains() -> None:
    found = await compare(lambda shown: say("abstain" if shown["first"] == "short" else "first"))
    assert (found.value, found.consistent) == (None, None)


async def test_when_one_order_fails_the_other_one_is_paid_and_counted() -> None:
    outage = UpstreamFailed("The provider is away.")
    with pytest.raises(UpstreamFailed) as caught:
        await compare(lambda shown: outage if shown["first"] == "short" else say("first"))
    assert find_cost(caught.value) == CENT
