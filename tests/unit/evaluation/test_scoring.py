"""Scoring a case: what an evaluator does wrong is recorded, and the others go on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from answerable.core.errors import UpstreamFailed
from answerable.datasets.types import Evidence, Example, ToolCall
from answerable.evaluation.runs.types import ItemScore
from answerable.evaluation.scoring import is_unscored, score_case
from answerable.evaluation.types import Case, Evaluator, Metric, Output, Score, Source

_CASE = Case(Example({"question": "Which?"}, "Berlin"), Output("Berlin"))


@dataclass(frozen=True)
class _Evaluator:
    """Does what it is told, and calls it a score of one of its metrics."""

    do: Callable[[], Awaitable[Sequence[Score]]]
    metrics: Sequence[Metric] = (Metric("good"),)
    id: str = "told"
    version: str = "1"
    source: Source = "code"

    async def evaluate(self, case: Case) -> Sequence[Score]:
        return await self.do()


def _say(*scores: Score) -> Callable[[], Awaitable[Sequence[Score]]]:
    async def do() -> Sequence[Score]:
        return scores

    return do


def _raise(error: Exception) -> Callable[[], Awaitable[Sequence[Score]]]:
    async def do() -> Sequence[Score]:
        raise error

    return do


async def _score(*evaluators: Evaluator, deadline: float = 60.0) -> list[ItemScore]:
    return await score_case(evaluators, _CASE, deadline=deadline)


async def test_a_score_is_kept_with_its_evaluator_and_version() -> None:
    (found,) = await _score(_Evaluator(_say(Score("good", 1, "why", details={"a": 1}))))
    assert found == ItemScore("told", "1", "good", 1.0, "why", "", {"a": 1})


async def test_a_crash_is_the_failure_of_one_and_the_others_go_on() -> None:
    crashed, good = await _score(
        _Evaluator(_raise(ValueError("no such key"))), _Evaluator(_say(Score("good", 0.5)), id="other")
    )
    assert (crashed.metric, crashed.value, crashed.error) == ("good", None, "ValueError: no such key")
    assert (good.evaluator, good.value, good.error) == ("other", 0.5, "")


async def test_a_hang_ends_at_the_deadline() -> None:
    async def hang() -> Sequence[Score]:
        await asyncio.Event().wait()
        raise AssertionError

    hung, good = await _score(
        _Evaluator(hang), _Evaluator(_say(Score("good", 0.5)), id="other"), deadline=0.01
    )
    assert (hung.value, hung.error) == (None, "It did not answer within 0.01 s.")
    assert good.value == 0.5


@pytest.mark.parametrize(
    ("value", "metric", "error"),
    [
        (float("nan"), Metric("good"), "It gave nan, which is not a finite number."),
        (float("inf"), Metric("good", highest=None), "It gave inf, which is not a finite number."),
        (float("-inf"), Metric("good", lowest=None), "It gave -inf, which is not a finite number."),
        (0.5, Metric("good", kind="binary"), "It gave 0.5, and good is 0 or 1."),
        (1.5, Metric("good"), "It gave 1.5, and good is at most 1."),
        (-0.5, Metric("good"), "It gave -0.5, and good is at least 0."),
        (
            1.0,
            Metric("else"),
            "It gave the metric 'good', which it does not declare: name it under `metrics`.",
        ),
    ],
)
async def test_a_number_that_cannot_be_one_is_a_failure(value: float, metric: Metric, error: str) -> None:
    (found,) = await _score(_Evaluator(_say(Score("good", value)), (metric,)))
    assert (found.value, found.error) == (None, error)


async def test_a_metric_given_twice_counts_once() -> None:
    first, second = await _score(_Evaluator(_say(Score("good", 0.0), Score("good", 1.0))))
    assert (first.value, second.value, second.error) == (0.0, None, "It gave 'good' twice.")


async def test_a_judge_that_abstains_is_no_failure() -> None:
    (found,) = await _score(_Evaluator(_say(Score("good", None, "I cannot tell.")), source="judge"))
    assert (found.value, found.reason, found.error) == (None, "I cannot tell.", "")


async def test_every_metric_of_a_crash_is_missing_and_its_cost_counts_once() -> None:
    class Costly(UpstreamFailed):
        cost_usd = Decimal("0.25")

    failing = _Evaluator(_raise(Costly("It broke off.")), (Metric("one"), Metric("two")), source="judge")
    found = await _score(failing)
    assert [(one.metric, one.error, one.cost_usd) for one in found] == [
        ("one", "upstream_failed: It broke off.", Decimal("0.25")),
        ("two", "upstream_failed: It broke off.", Decimal(0)),
    ]


async def test_the_order_is_that_of_the_evaluators() -> None:
    judge = _Evaluator(_say(Score("good", 1.0)), id="judge", source="judge")
    code = _Evaluator(_say(Score("good", 0.0)), id="code")
    assert [one.evaluator for one in await _score(judge, code)] == ["judge", "code"]


async def test_stopping_a_run_stops_its_evaluators() -> None:
    begun = asyncio.Event()

    async def wait() -> Sequence[Score]:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    task = asyncio.create_task(_score(_Evaluator(wait)))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    ("example", "metrics", "unscored"),
    [
        ({"expected": {"a": 1}}, ["latency_ms", "fast.cost_usd"], True),
        ({"expected": {"a": 1}}, [], True),
        ({"expected": "Berlin"}, ["supported_share", "unsupported_claims", "citation_recall"], True),
        ({"refuse": True}, ["latency_ms"], True),
        ({"evidence": (Evidence("a"),)}, ["input_tokens"], True),
        ({"tool_calls": (ToolCall("find"),)}, [], True),
        ({"expected": {"a": 1}}, ["latency_ms", "exact"], False),
        ({}, ["latency_ms"], False),
    ],
)
def test_an_expectation_that_fits_no_evaluator_is_found(
    example: dict[str, Any], metrics: list[str], unscored: bool
) -> None:
    scores = [ItemScore("any", "1", metric, 1.0) for metric in metrics]
    assert is_unscored(Example({}, **example), scores) is unscored
