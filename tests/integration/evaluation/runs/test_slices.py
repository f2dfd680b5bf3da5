"""Metrics by tag are those of a run over the examples of the tag."""

from __future__ import annotations

from dataclasses import replace

import pytest

from answerable.datasets.types import Example
from answerable.evaluation.runs.service import EvalService
from answerable.evaluation.types import Output
from tests.fakes.evaluations import measure
from tests.integration.evaluation.runs.conftest import MakePlan


async def answer(example: Example) -> Output:
    """Knows every third answer."""
    return Output(text=str(example.expected) if int(example.key[1:]) % 3 == 0 else "No idea.")


@pytest.mark.parametrize("repeats", [1, 2])
async def test_a_slice_comes_to_what_a_run_of_it_alone_comes_to(
    evals: EvalService, make_plan: MakePlan, repeats: int
) -> None:
    plan = await make_plan(20, measured=measure(answer), repeats=repeats)
    whole = await evals.measure(plan)
    slices = {one.tag: one.metrics for one in await evals.list_slices(whole.id)}
    assert set(slices) == {"even", "odd"}
    for tag, (found,) in slices.items():
        alone = (await evals.measure(replace(plan, tags=(tag,)))).summary[0]
        assert (found.n, found.metric, found.evaluator) == (alone.n, alone.metric, alone.evaluator)
        assert (found.mean, found.low, found.high) == pytest.approx((alone.mean, alone.low, alone.high))


async def test_means_are_of_each_example(evals: EvalService, make_plan: MakePlan) -> None:
    run = await evals.measure(await make_plan(6, measured=measure(answer), repeats=2))
    (means,) = (await evals.list_means(run.id)).values()
    assert {key: mean for key, (mean, _) in means.items() if mean} == {"q000": 1.0, "q003": 1.0}
