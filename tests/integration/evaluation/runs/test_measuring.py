"""An eval run from its beginning to its end: each example asked, scored and kept."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from answerable.core.errors import InvalidInput
from answerable.datasets.types import Example
from answerable.evaluation.runs.service import EvalService
from answerable.evaluation.runs.types import ResultFilter
from answerable.evaluation.types import Output
from tests.fakes.evaluations import CountingTarget, Exact, measure
from tests.integration.evaluation.runs.conftest import MakePlan


async def test_every_example_is_asked_scored_and_kept(evals: EvalService, make_plan: MakePlan) -> None:
    target = CountingTarget()
    run = await evals.measure(await make_plan(8, target, by="ann", note="first"))
    assert (run.state, run.total, run.done, run.failed, run.reused) == ("done", 8, 8, 0, 0)
    assert (run.cost_usd, run.judge_cost_usd, run.unpriced) == (Decimal("0.08"), Decimal(0), 0)
    assert (run.dataset, run.version, run.by, run.note) == ("golden", 1, "ann", "first")
    assert set(target.asked.values()) == {1}
    results = [one async for batch in evals.iterate_results(run.id, batch=3) for one in batch]
    assert [one.example_key for one in results] == [f"q{number:03}" for number in range(8)]
    first = results[0]
    assert first.example is not None
    assert first.output is not None
    assert (first.example.expected, first.output.text) == ("It is 0.", "It is 0.")
    assert [(one.metric, one.value, one.reason) for one in first.scores] == [("same", 1.0, "compared")]
    (summary,) = run.summary
    assert (summary.metric, summary.n, summary.mean, summary.missing) == ("same", 8, 1.0, 0)


async def test_repeats_are_clustered_by_example(evals: EvalService, make_plan: MakePlan) -> None:
    calls = 0

    async def alternate(example: Example) -> Output:
        nonlocal calls
        calls += 1
        return Output(text=str(example.expected) if calls % 2 else "no", cost_usd=Decimal(0))

    run = await evals.measure(await make_plan(4, CountingTarget(answer=alternate), repeats=2, concurrency=1))
    assert (run.total, run.done) == (8, 8)
    (summary,) = run.summary
    assert (summary.n, summary.mean) == (4, 0.5)


async def test_the_examples_of_a_tag_alone(evals: EvalService, make_plan: MakePlan) -> None:
    target = CountingTarget()
    run = await evals.measure(await make_plan(8, target, tags=("odd",)))
    assert (run.total, run.done) == (4, 4)
    assert "What is 0?" not in target.asked


async def test_a_target_that_fails_fails_its_example(evals: EvalService, make_plan: MakePlan) -> None:
    async def answer(example: Example) -> Output:
        if "3" in str(example.input["question"]):
            raise ValueError("three is too much")
        return Output(text=str(example.expected), cost_usd=None)

    run = await evals.measure(await make_plan(6, CountingTarget(answer=answer)))
    assert (run.state, run.done, run.failed, run.unpriced) == ("done", 6, 1, 5)
    page = await evals.list_results(run.id, ResultFilter(failed=True))
    (failed,) = page.results
    assert (failed.example_key, failed.output, failed.scores) == ("q003", None, ())
    assert failed.error == "ValueError: three is too much"


async def test_a_target_that_hangs_fails_its_example(evals: EvalService, make_plan: MakePlan) -> None:
    gate = asyncio.Event()

    async def answer(example: Example) -> Output:
        if "1" in str(example.input["question"]):
            await gate.wait()
        return Output(text=str(example.expected))

    run = await evals.measure(await make_plan(3, CountingTarget(answer=answer), deadline=0.2))
    assert (run.state, run.failed) == ("done", 1)
    (failed,) = (await evals.list_results(run.id, ResultFilter(failed=True))).results
    assert "no output within 0.2 s" in failed.error


async def test_an_empty_part_of_a_dataset_is_refused(evals: EvalService, make_plan: MakePlan) -> None:
    with pytest.raises(InvalidInput) as refused:
        await evals.start(await make_plan(2, tags=("nobody",)))
    assert refused.value.code == "empty_dataset"


async def test_results_are_found_by_what_they_are(evals: EvalService, make_plan: MakePlan) -> None:
    async def answer(example: Example) -> Output:
        right = "odd" in example.tags
        return Output(text=str(example.expected) if right else "السلام عليكم", cost_usd=Decimal(0))

    run = await evals.measure(await make_plan(6, CountingTarget(answer=answer)))

    async def keys(wanted: ResultFilter) -> list[str]:
        return [one.example_key for one in (await evals.list_results(run.id, wanted)).results]

    assert await keys(ResultFilter(metric="same", below=0.5)) == ["q000", "q002", "q004"]
    assert await keys(ResultFilter(metric="same", above=0.5, tag="odd")) == ["q001", "q003", "q005"]
    assert await keys(ResultFilter(text="عليكم")) == ["q000", "q002", "q004"]
    assert await keys(ResultFilter(text="WHAT IS 5")) == ["q005"]
    assert await keys(ResultFilter(key="q002")) == ["q002"]
    assert await keys(ResultFilter(text="\x00\ud800", tag="\x00", metric="\x00")) == []
    page = await evals.list_results(run.id, limit=4)
    assert page.next_after == (3, 0)
    rest = await evals.list_results(run.id, after=page.next_after, limit=4)
    assert [one.example_key for one in rest.results] == ["q004", "q005"]
    assert rest.next_after is None


async def test_what_was_measured_last_is_found(evals: EvalService, make_plan: MakePlan) -> None:
    plan = await make_plan(2)
    assert await evals.find_done(plan) is None
    first = await evals.measure(plan)
    second = await evals.measure(plan)
    assert second.id != first.id
    found = await evals.find_done(plan)
    assert found is not None
    assert found.id == second.id
    assert await evals.find_done(await make_plan(2, evaluators=(Exact(version="2"),))) is None
    other = await make_plan(2, measured=measure(CountingTarget(), variant_hash="i" * 64))
    assert await evals.find_done(other) is None
    page = await evals.list_runs(limit=1)
    assert [one.id for one in page.runs] == [second.id]
    rest = await evals.list_runs(after=page.next_after)
    assert [one.id for one in rest.runs] == [first.id]
    await evals.delete(second.id)
    assert [one.id for one in (await evals.list_runs(app="faq")).runs] == [first.id]
