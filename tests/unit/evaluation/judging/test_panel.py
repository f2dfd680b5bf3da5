"""Votes come to one ruling, or to an abstention, or say what went wrong and what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from answerable.core.errors import DeadlineExceeded, UpstreamFailed
from answerable.evaluation.judging.costs import find_cost
from answerable.evaluation.judging.panel import Panel
from answerable.evaluation.judging.scale import find_scale
from answerable.evaluation.judging.types import BadJudgement, JudgeApp, Ruling
from tests.fakes.judges import CENT, FakeJudge, make_judge, make_score_schema, say

ANSWER = {"answer": "Yes.", "question": "Is it?", "secret": "not declared"}


def open_panel(judge: FakeJudge, app: JudgeApp | None = None, **options: Any) -> Panel:
    found = app or make_judge()
    return Panel(found, find_scale(found.schema, app=found.name), judge, **options)


async def decide(says: Sequence[Any], votes: int, app: JudgeApp | None = None) -> tuple[Ruling, FakeJudge]:
    judge = FakeJudge(says)
    return await open_panel(judge, app, votes=votes).decide(ANSWER), judge


async def test_one_vote_is_the_ruling() -> None:
    ruling, judge = await decide([say("pass", "It answers.")], 1)
    assert (ruling.value, ruling.reason, ruling.cost_usd) == (1.0, "It answers.", CENT)
    assert judge.asked == [{"answer": "Yes.", "question": "Is it?"}]
    assert [vote.trace_id for vote in ruling.votes] == judge.trace_ids


async def test_the_majority_of_verdicts_counts_and_no_more_votes_are_paid_than_decide_it() -> None:
    ruling, judge = await decide([say("fail"), say("fail"), say("pass")], 3)
    assert ruling.value == 0.0
    assert len(judge.asked) == 2
    assert ruling.cost_usd == 2 * CENT


async def test_where_the_first_votes_differ_the_others_are_asked() -> None:
    ruling, judge = await decide([say("fail"), say("pass"), say("pass", "It is polite.")], 3)
    assert (ruling.value, ruling.reason) == (1.0, "Because.")
    assert len(judge.asked) == 3


async def test_scores_are_averaged_and_all_votes_are_asked() -> None:
    app = make_judge(schema=make_score_schema(minimum=0, maximum=1))
    said = [{"score": 0.0, "reason": "a"}, {"score": 0.6, "reason": "b"}, {"score": 0.9, "reason": "c"}]
    ruling, judge = await decide(said, 3, app)
    assert ruling.value == pytest.approx(0.5)
    assert ruling.reason == "b"
    assert len(judge.asked) == 3


async def test_a_judge_may_abstain() -> None:
    ruling, _ = await decide([say("abstain", "It cannot be told.")], 1)
    assert (ruling.value, ruling.reason) == (None, "It cannot be told.")


async def test_one_abstention_does_not_count_among_votes() -> None:
    ruling, _ = await decide([say("abstain"), say("pass"), say("pass")], 3)
    assert ruling.value == 1.0


async def test_a_judge_that_mostly_abstains_abstains() -> None:
    ruling, _ = await decide([say("abstain"), say("abstain", "It is unclear."), say("pass")], 3)
    assert ruling.value is None


async def test_split_votes_are_an_abstention() -> None:
    ruling, _ = await decide([say("pass"), say("fail")], 2)
    assert (ruling.value, ruling.reason) == (None, "The votes are split.")


async def test_prose_is_a_failure_that_says_what_it_cost() -> None:
    with pytest.raises(BadJudgement, match="did not answer with a `verdict`") as caught:
        await decide(["It looks fine to me."], 1)
    assert find_cost(caught.value) == CENT


async def test_prose_in_one_vote_of_three_leaves_the_other_two() -> None:
    ruling, _ = await decide(["Fine!", say("pass"), say("pass")], 3)
    assert ruling.value == 1.0
    assert [vote.error for vote in ruling.votes] == ["bad_judgement", "", ""]
    assert ruling.cost_usd == 3 * CENT


async def test_a_judge_that_hangs_is_given_up_at_its_deadline() -> None:
    with pytest.raises(DeadlineExceeded, match="'tone' did not answer within"):
        await open_panel(FakeJudge(["never"]), deadline=0.01).decide(ANSWER)


async def test_an_outage_is_raised_as_what_it_is() -> None:
    outage = UpstreamFailed("The provider is away.")
    with pytest.raises(UpstreamFailed) as caught:
        await decide([outage], 3)
    assert caught.value is outage


async def test_an_unknown_price_makes_the_whole_unknown() -> None:
    judge = FakeJudge([say("pass")], cost_usd=None)
    assert (await open_panel(judge, votes=3).decide(ANSWER)).cost_usd is None
