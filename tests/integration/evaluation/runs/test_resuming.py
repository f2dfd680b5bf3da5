"""Runs that stop and go on, and what is taken from earlier runs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from answerable.core.errors import Conflict, InvalidInput, SetupError, Unavailable
from answerable.datasets.service import DatasetService
from answerable.datasets.types import Example, Provenance
from answerable.db.database import Connection, Database
from answerable.evaluation.runs.service import EvalService
from answerable.evaluation.runs.types import EvalRun, ResultFilter
from answerable.evaluation.types import Case, Output, Score
from tests.fakes.clock import ShiftedClock
from tests.fakes.evaluations import CountingTarget, Exact
from tests.integration.evaluation.runs.conftest import MakePlan


async def test_an_unchanged_thing_is_not_paid_again(evals: EvalService, make_plan: MakePlan) -> None:
    target, exact = CountingTarget(), Exact(cost_usd=Decimal("0.002"), source="judge")
    plan = await make_plan(5, target, evaluators=(exact,))
    first = await evals.measure(plan)
    again = await evals.measure(plan)
    assert again.id != first.id
    assert (again.done, again.reused, again.cost_usd, again.judge_cost_usd) == (5, 5, Decimal(0), Decimal(0))
    assert first.judge_cost_usd == Decimal("0.010")
    assert set(target.asked.values()) == set(exact.scored.values()) == {1}
    assert [one.mean for one in again.summary] == [1.0]
    fresh = await evals.measure(replace(plan, fresh=True))
    assert (fresh.reused, fresh.cost_usd) == (0, Decimal("0.05"))


async def test_a_new_version_of_an_evaluator_scores_the_old_outputs_anew(
    evals: EvalService, make_plan: MakePlan
) -> None:
    target, newer = CountingTarget(), Exact(version="2")
    await evals.measure(await make_plan(4, target))
    run = await evals.measure(await make_plan(4, target, evaluators=(newer,)))
    assert (run.reused, run.summary[0].version) == (4, "2")
    assert set(newer.scored.values()) == set(target.asked.values()) == {1}


async def test_changed_settings_documents_and_questions_are_asked_anew(
    evals: EvalService, make_plan: MakePlan, datasets: DatasetService
) -> None:
    target = CountingTarget()
    plan = await make_plan(3, target)
    await evals.measure(plan)
    await evals.measure(replace(plan, measured=replace(plan.measured, variant_hash="i" * 64)))
    assert target.asked.total() == 6
    await evals.measure(replace(plan, measured=replace(plan.measured, origin="index 2")))
    assert target.asked.total() == 9
    await evals.measure(replace(plan, measured=replace(plan.measured, reusable=False)))
    assert target.asked.total() == 12
    await datasets.add_example("golden", Example(input={"question": "New?"}, expected="Yes.", key="new"))
    wider = await evals.measure(replace(plan, version=await datasets.freeze("golden")))
    assert (wider.version, wider.total, wider.reused) == (2, 4, 3)
    assert target.asked["New?"] == 1


async def test_another_expectation_is_scored_anew_from_the_same_output(
    evals: EvalService, make_plan: MakePlan, datasets: DatasetService
) -> None:
    target = CountingTarget()
    plan = await make_plan(2, target)
    await evals.measure(plan)
    changed = replace(await datasets.get_example("golden", "q001"), expected="Something else.")
    await datasets.put_examples("golden", [changed], replace=False, by="ann")
    run = await evals.measure(replace(plan, version=await datasets.freeze("golden")))
    assert run.reused == 2
    assert target.asked.total() == 2
    (wrong,) = (await evals.list_results(run.id, ResultFilter(metric="same", below=1.0))).results
    assert wrong.example_key == "q001"


async def test_a_cap_stops_the_run_and_a_higher_one_lets_it_go_on(
    evals: EvalService, make_plan: MakePlan
) -> None:
    target = CountingTarget(cost_usd=Decimal("0.10"))
    plan = await make_plan(10, target, max_usd=Decimal("0.35"), concurrency=4)
    stopped = await evals.measure(plan)
    assert (stopped.state, stopped.finished_at is not None) == ("stopped", True)
    assert "cap of $0.35" in stopped.reason
    assert stopped.cost_usd == Decimal("0.30")
    still = await evals.measure(plan)
    assert (still.id, still.state, still.cost_usd) == (stopped.id, "stopped", Decimal("0.30"))
    done = await evals.measure(replace(plan, max_usd=Decimal("5")))
    assert (done.id, done.state, done.done, done.cost_usd) == (stopped.id, "done", 10, Decimal("1.00"))
    assert set(target.asked.values()) == {1}


async def test_a_cap_and_an_unknown_price_do_not_go_together(evals: EvalService, make_plan: MakePlan) -> None:
    run = await evals.measure(
        await make_plan(5, CountingTarget(cost_usd=None), max_usd=Decimal("1"), concurrency=1)
    )
    assert (run.state, run.done, run.unpriced) == ("stopped", 1, 1)
    assert "unknown" in run.reason


async def test_an_outage_in_the_middle_keeps_what_is_there_and_goes_on_later(
    evals: EvalService, make_plan: MakePlan
) -> None:
    away = False

    async def answer(example: Example) -> Output:
        nonlocal away
        away = away or "30" in str(example.input["question"])
        if away:
            raise Unavailable("The provider is away.")
        return Output(text=str(example.expected), cost_usd=Decimal("0.01"))

    target = CountingTarget(answer=answer)
    plan = await make_plan(80, target)
    stopped = await evals.measure(plan)
    assert stopped.state == "stopped"
    assert "failed one after the other, the last with: The provider is away." in stopped.reason
    assert 30 <= stopped.done - stopped.failed < 80
    away, target.answer = False, None
    done = await evals.measure(plan)
    assert (done.id, done.state, done.done, done.failed) == (stopped.id, "done", 80, 0)
    asked_twice = [question for question, count in target.asked.items() if count > 1]
    assert len(asked_twice) == stopped.failed
    assert target.asked.total() == 80 + stopped.failed


@dataclass
class SometimesAway(Exact):
    """A judge whose provider is away now and then."""

    away: bool = True

    async def evaluate(self, case: Case) -> Sequence[Score]:
        scores = await Exact.evaluate(self, case)
        if self.away and "3" in str(case.example.input["question"]):
            raise Unavailable("The provider is away.")
        return scores


async def test_what_a_judge_failed_on_is_asked_again_when_the_run_goes_on_and_nothing_else(
    evals: EvalService, make_plan: MakePlan
) -> None:
    target = CountingTarget(cost_usd=Decimal("0.10"))
    steady, judge = Exact(id="steady"), SometimesAway(source="judge")
    plan = await make_plan(10, target, evaluators=(steady, judge), max_usd=Decimal("0.75"), concurrency=1)
    stopped = await evals.measure(plan)
    assert (stopped.state, stopped.done, [one.missing for one in stopped.summary]) == ("stopped", 7, [0, 1])
    (reason,) = await evals.list_reasons(stopped.id)
    assert (reason.evaluator, reason.items, reason.text) == ("same", 1, "unavailable: The provider is away.")
    judge.away = False
    done = await evals.measure(replace(plan, max_usd=None))
    assert (done.id, done.state, done.cost_usd) == (stopped.id, "done", Decimal("1.00"))
    assert [(one.n, one.missing) for one in done.summary] == [(10, 0), (10, 0)]
    assert set(target.asked.values()) == set(steady.scored.values()) == {1}
    assert judge.scored.total() == 11
    assert await evals.list_reasons(done.id) == []


async def test_why_there_is_no_output_is_told_by_the_most_frequent_reason(
    evals: EvalService, make_plan: MakePlan
) -> None:
    async def answer(example: Example) -> Output:
        raise InvalidInput("Too long." if "3" in str(example.input["question"]) else "No such field.")

    run = await evals.measure(await make_plan(5, CountingTarget(answer=answer)))
    (reason,) = await evals.list_reasons(run.id)
    assert (reason.evaluator, reason.text, reason.items) == ("", "No such field.", 4)


async def test_what_every_example_would_meet_stops_the_run_at_once(
    evals: EvalService, make_plan: MakePlan
) -> None:
    async def answer(_: Example) -> Output:
        raise SetupError("The key of the provider is wrong.")

    run = await evals.measure(await make_plan(9, CountingTarget(answer=answer), concurrency=1))
    assert (run.state, run.done, run.reason) == ("stopped", 0, "The key of the provider is wrong.")


async def test_a_run_has_one_worker(evals: EvalService, make_plan: MakePlan) -> None:
    entered, leave = asyncio.Event(), asyncio.Event()

    async def answer(example: Example) -> Output:
        entered.set()
        await leave.wait()
        return Output(text=str(example.expected))

    plan = await make_plan(1, CountingTarget(answer=answer))
    working = asyncio.create_task(evals.measure(plan))
    await entered.wait()
    (seen,) = (await evals.list_runs()).runs
    assert seen.state == "running"
    with pytest.raises(Conflict) as refused:
        await evals.measure(plan)
    assert refused.value.code == "eval_running"
    leave.set()
    assert (await working).state == "done"


async def test_a_run_whose_process_went_away_is_stopped_and_goes_on(
    evals: EvalService, make_plan: MakePlan
) -> None:
    entered = asyncio.Event()
    target = CountingTarget()

    async def answer(example: Example) -> Output:
        if target.asked.total() > 3:
            entered.set()
            await asyncio.Event().wait()
        return Output(text=str(example.expected), cost_usd=Decimal(0))

    target.answer = answer
    plan = await make_plan(6, target, concurrency=1)
    working = asyncio.create_task(evals.measure(plan))
    await entered.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    left = await wait_until_stopped(evals)
    assert left.done == 3
    target.answer = None
    done = await evals.measure(plan)
    assert (done.id, done.state, done.done) == (left.id, "done", 6)
    assert target.asked["What is 0?"] == 1


async def test_scores_that_were_missing_when_it_ended_are_made_up_without_asking_again(
    evals: EvalService, make_plan: MakePlan
) -> None:
    reached = asyncio.Event()

    @dataclass(slots=True)
    class Stuck(Exact):
        async def evaluate(self, case: Case) -> Sequence[Score]:
            reached.set()
            await asyncio.Event().wait()
            return []

    target = CountingTarget()
    plan = await make_plan(1, target, evaluators=(Stuck(),))
    working = asyncio.create_task(evals.measure(plan))
    await reached.wait()
    await wait_until_paid(evals, Decimal("0.01"))
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    await wait_until_stopped(evals)
    done = await evals.measure(replace(plan, evaluators=(Exact(),)))
    assert (done.state, done.reused, done.cost_usd) == ("done", 0, Decimal("0.01"))
    assert target.asked.total() == 1


async def test_a_run_is_not_gone_on_with_by_other_evaluators(evals: EvalService, make_plan: MakePlan) -> None:
    run = await evals.start(await make_plan(2))
    with pytest.raises(InvalidInput) as refused:
        await evals.run(run.id, await make_plan(2, evaluators=(Exact(version="2"),)))
    assert refused.value.code == "other_plan"


async def test_a_clock_that_goes_back_disturbs_nothing(
    database: Database, datasets: DatasetService, make_plan: MakePlan
) -> None:
    clock = ShiftedClock()
    evals = EvalService(database, datasets=datasets, clock=clock)

    async def answer(example: Example) -> Output:
        clock.advance(-86_400)
        return Output(text=str(example.expected), cost_usd=Decimal(0))

    run = await evals.measure(await make_plan(3, CountingTarget(answer=answer)))
    assert (run.state, run.done) == ("done", 3)
    assert run.finished_at is not None
    assert run.finished_at >= run.created_at


async def test_an_erased_trace_takes_its_results_along(
    database: Database, datasets: DatasetService, make_plan: MakePlan
) -> None:
    erased: list[str] = []

    async def erase(_: Connection, trace_ids: Sequence[str]) -> Sequence[str]:
        erased.extend(trace_ids)
        return trace_ids

    async def answer(example: Example) -> Output:
        return Output(text=str(example.expected), trace_id=str(example.input["question"]))

    evals = EvalService(database, datasets=datasets, clock=ShiftedClock(), erase_traces=erase)
    source = Provenance(trace_id="a" * 32)
    made = Example(input={"question": "Made?"}, expected="Yes.", key="made", provenance=source)
    await datasets.add_example("golden", made)
    run = await evals.measure(await make_plan(3, CountingTarget(answer=answer)))
    async with database.transaction() as tx:
        assert await evals.delete_of_traces(tx, ["a" * 32, "What is 1?"]) == 2
    assert erased == ["Made?"], "what was said of the example goes with the trace it was made from"
    assert [one.example_key for one in (await evals.list_results(run.id)).results] == ["q000", "q002"]


async def wait_until_paid(evals: EvalService, usd: Decimal) -> None:
    """Return once the only run has its outputs in the database."""
    async with asyncio.timeout(60):
        while (await evals.list_runs()).runs[0].cost_usd != usd:  # noqa: ASYNC110 - it is in a database
            await asyncio.sleep(0.01)


async def wait_until_stopped(evals: EvalService) -> EvalRun:
    """Return the only run once the database has seen that nobody works on it any more."""
    async with asyncio.timeout(60):
        while (run := (await evals.list_runs()).runs[0]).state != "stopped":  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
    return run
