"""Two eval runs of real examples, decided over and kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from answerable.apps.gate_settings import GateSpec
from answerable.core.clock import SystemClock
from answerable.core.errors import Conflict, NotFound
from answerable.datasets.types import Example
from answerable.db.database import Database
from answerable.evaluation.gating.passes import StoredPasses
from answerable.evaluation.gating.rules import read_gate
from answerable.evaluation.gating.service import GateService
from answerable.evaluation.gating.types import GateVerdict
from answerable.evaluation.runs.service import EvalService
from answerable.evaluation.types import Output
from tests.fakes.evaluations import CountingTarget, Exact, measure
from tests.integration.evaluation.runs.conftest import MakePlan

SPEC = read_gate(
    {
        "dataset": "golden",
        "rules": [{"metric": "same", "margin": 0.2}, {"metric": "same", "margin": 0.2, "tags": ["even"]}],
    }
)


async def trust(version: str, kappa: float) -> str | None:
    return None


async def distrust(version: str, kappa: float) -> str | None:
    return f"It agrees less than {kappa}."


async def answer_badly(example: Example) -> Output:
    return Output(text="I do not know.")


@pytest.fixture
def gates(database: Database, evals: EvalService) -> GateService:
    return GateService(database, evals=evals, may_gate=trust, clock=SystemClock())


async def test_a_worse_run_fails_and_the_verdict_is_kept_without_texts(
    gates: GateService, evals: EvalService, make_plan: MakePlan
) -> None:
    plan = await make_plan(60, measured=measure(CountingTarget(), variant_hash="a" * 64))
    good = await evals.measure(plan)
    bad_target = measure(CountingTarget(answer=answer_badly), variant_hash="b" * 64)
    bad = await evals.measure(replace(plan, measured=bad_target))
    record, verdict = await gates.decide(SPEC, candidate_run=bad.id, baseline_run=good.id, by="ana")
    assert [one.verdict for one in verdict.findings] == ["fail", "fail"]
    assert [one.n for one in verdict.findings] == [60, 30]
    worst = verdict.findings[0].regressions[0]
    assert (worst.output_after, worst.expected.startswith("It is")) == ("I do not know.", True)
    assert (record.verdict, record.candidate_hash, record.by) == ("fail", "b" * 64, "ana")
    assert "I do not know." not in str(record.content)
    assert [one.id for one in await gates.list_verdicts(app="faq")] == [record.id]
    assert await gates.list_verdicts(app="other") == []


async def test_the_same_run_twice_passes(gates: GateService, evals: EvalService, make_plan: MakePlan) -> None:
    run = await evals.measure(await make_plan(60))
    record, verdict = await gates.decide(SPEC, candidate_run=run.id, baseline_run=run.id, by="ana")
    assert (verdict.verdict, record.verdict) == ("pass", "pass")
    assert "same variant" in verdict.notes[-1]


@pytest.mark.parametrize(
    ("gate", "run", "said"),
    [
        ({"dataset": "harder"}, {}, "the gate asks for harder, and "),
        ({"dataset": "golden@2"}, {}, "the gate asks for golden@2, and "),
        ({"dataset": "golden", "split": "test"}, {}, "asks for the split test of golden, and "),
        ({"dataset": "golden"}, {"tags": ("even",)}, "measured on the examples tagged even alone"),
        ({"dataset": "golden", "repeats": 2}, {}, "asks each example 2 times, and "),
    ],
)
async def test_a_pass_on_something_else_than_the_gate_asks_for_lets_no_label_move(
    gates: GateService,
    evals: EvalService,
    make_plan: MakePlan,
    database: Database,
    gate: dict[str, Any],
    run: dict[str, Any],
    said: str,
) -> None:
    measured = measure(CountingTarget(), variant_hash="a" * 64)
    done = await evals.measure(await make_plan(60, measured=measured, **run))
    rules = [{"metric": "same", "margin": 0.9, "min_examples": 5}]
    asked, elsewhere = read_gate({"dataset": "golden@1", "rules": rules}), read_gate({"rules": rules, **gate})

    async def decide(spec: GateSpec) -> GateVerdict:
        _, verdict = await gates.decide(spec, candidate_run=done.id, baseline_run=done.id, by="ana")
        assert verdict.verdict == "pass"
        return verdict

    async def has_passed(spec: GateSpec) -> bool:
        hashes = {"candidate_hash": "a" * 64, "baseline_hash": "a" * 64, "gate_hash": spec.hash}
        async with database.transaction() as tx:
            return await StoredPasses().find_pass(tx, app="faq", **hashes) is not None

    assert said in (await decide(elsewhere)).notes[-1]
    assert not await has_passed(elsewhere)
    await decide(asked)
    assert await has_passed(asked) is not bool(run)


async def test_versions_of_evaluators_are_not_mixed(
    gates: GateService, evals: EvalService, make_plan: MakePlan
) -> None:
    plan = await make_plan(30)
    one = await evals.measure(plan)
    other = await evals.measure(replace(plan, evaluators=(Exact(version="2"),)))
    with pytest.raises(Conflict) as caught:
        await gates.decide(SPEC, candidate_run=other.id, baseline_run=one.id, by="ana")
    assert caught.value.code == "evaluator_versions_differ"


async def test_versions_of_datasets_are_not_mixed(
    gates: GateService, evals: EvalService, make_plan: MakePlan
) -> None:
    one = await evals.measure(await make_plan(30))
    other = await evals.measure(await make_plan(31))
    with pytest.raises(Conflict) as caught:
        await gates.decide(SPEC, candidate_run=other.id, baseline_run=one.id, by="ana")
    assert caught.value.code == "dataset_versions_differ"


async def test_a_judge_that_agrees_too_little_leaves_it_open(
    database: Database, evals: EvalService, make_plan: MakePlan
) -> None:
    gates = GateService(database, evals=evals, may_gate=distrust, clock=SystemClock())
    run = await evals.measure(await make_plan(60))
    _, verdict = await gates.decide(SPEC, candidate_run=run.id, baseline_run=run.id, by="ana")
    assert verdict.verdict == "inconclusive"
    assert verdict.findings[0].reason == "It agrees less than 0.6."


async def test_a_run_that_is_not_done_is_refused(
    gates: GateService, evals: EvalService, make_plan: MakePlan
) -> None:
    plan = await make_plan(8)
    done = await evals.measure(plan)
    started = await evals.start(replace(plan, fresh=True))
    with pytest.raises(Conflict) as caught:
        await gates.decide(SPEC, candidate_run=started.id, baseline_run=done.id, by="ana")
    assert caught.value.code == "eval_incomplete"


async def test_what_is_not_there_is_said(gates: GateService) -> None:
    with pytest.raises(NotFound) as caught:
        await gates.get(uuid4())
    assert caught.value.code == "unknown_gate_verdict"
