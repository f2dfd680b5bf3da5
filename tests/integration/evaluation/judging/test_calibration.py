"""A judge is held against people, and the outcome is kept and found where its scores are."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from answerable.core.errors import Conflict, InvalidInput, NotFound
from answerable.evaluation.judging.calibration.records import CalibrationRecords
from answerable.evaluation.judging.calibration.types import Bar, Found
from answerable.evaluation.judging.version import JudgeRef, make_version
from answerable.evaluation.runs.types import ItemScore
from tests.integration.evaluation.judging.conftest import NOON, Bench, make_evaluator, make_result


async def test_served_answers_that_both_scored_are_compared(bench: Bench) -> None:
    """The judge scores from 1 to 5 and people say yes or no: 5 and 4 are a yes, 1 and 2 a no."""
    for judge, human in [(5, 1), (4, 1), (1, 0), (2, 0), (5, 0)]:
        await bench.note(judge, human)
    await bench.note(5, None)
    await bench.note(None, 1)
    made = await bench.judges.calibrate("tone", by="ann")
    assert made.agreement.items == 5
    assert made.confusion == ((2, 1), (0, 2))
    assert made.agreement.same.value == 0.8
    assert (made.app, made.variant, made.label, made.source, made.by) == (
        "tone",
        bench.variant,
        "tone",
        "online",
        "ann",
    )
    assert len(made.worst) == 1


async def test_people_may_have_been_asked_under_another_name_and_in_two_queues(bench: Bench) -> None:
    trace = await bench.note(5, None)
    for queue, value in (("desk", 1.0), ("second", 0.0)):
        await _label(bench, trace, "polite", value, queue)
    made = await bench.judges.calibrate("tone", label="polite")
    assert made.agreement.items == 1
    assert made.agreement.bias == 0.5
    with pytest.raises(Conflict, match="a label 'tone' of people"):
        await bench.judges.calibrate("tone")


async def test_only_what_the_judge_of_now_said_counts(bench: Bench) -> None:
    await bench.note(5, 1, evaluator_version="older@0123456789ab")
    with pytest.raises(Conflict) as caught:
        await bench.judges.calibrate("tone")
    assert caught.value.code == "nothing_to_compare"
    await bench.note(5, 1)
    assert (await bench.judges.calibrate("tone")).agreement.items == 1


async def test_slices_and_months_are_told_apart_and_a_time_can_be_chosen(bench: Bench) -> None:
    for number in range(5):
        await bench.note(5, 1, day=number)
        await bench.note(5, 0, day=40 + number)
    made = await bench.judges.calibrate("tone")
    assert [(part.name, part.agreement.items) for part in made.slices] == [
        ("app:ask", 10), ("variant:ask@main@0123456789ab", 10),
    ]  # fmt: skip
    assert [period.agreement.same.value for period in made.periods] == [1.0, 0.0]
    assert made.drift is not None
    assert made.drift.drifted
    june = await bench.judges.calibrate("tone", until=made.periods[1].start)
    assert june.agreement.items == 5


async def test_the_length_of_answers_that_are_kept_is_taken_in(bench: Bench) -> None:
    for number in range(12):
        await bench.note(5 if number % 2 else 1, float(number % 3 == 0), answer="word " * (number + 1))
    made = await bench.judges.calibrate("tone")
    assert made.length is not None
    assert made.length.items == 12


async def test_a_run_of_the_judge_over_labelled_examples(bench: Bench) -> None:
    """Expected may be the bare score, or what the judge writes. What is no judgement, or failed, counts for nothing."""
    results = [
        make_result(1, data={"score": 5, "reason": "x"}, expected=5),
        make_result(2, data={"score": 1, "reason": "x"}, expected={"score": 5}),
        make_result(3, data="prose", expected=5),
        make_result(4, data={"score": 3}, expected="very good"),
        make_result(5, output=None, error="timeout", expected=1),
    ]
    run = bench.runs.add(
        results, app="tone", variant="main", variant_hash=bench.apps.get_variant("tone").hash
    )
    made = await bench.judges.calibrate("tone", run_id=run)
    assert (made.agreement.items, made.agreement.same.value, made.source) == (2, 0.5, f"run:{run}")
    assert made.worst == ("e2",)
    assert made.variant == bench.variant


async def test_a_judge_in_a_run_of_another_app_is_held_against_labels_of_its_answers(bench: Bench) -> None:
    version = make_version(bench.judge_apps.find("tone"), "1")
    results = []
    for number, human in ((1, 1.0), (2, 0.0), (3, None)):
        results.append(make_result(number, score=ItemScore("judge:tone", version, "tone", 4.5)))
        if human is not None:
            await _label(bench, f"{number:032x}", "tone", human, "desk")
    run = bench.runs.add(results, evaluators=(make_evaluator("judge:tone", version),))
    made = await bench.judges.calibrate("tone", run_id=run)
    assert made.confusion == ((0, 1), (0, 1))
    with pytest.raises(NotFound, match=r"has no judge 'manners'. There are ask, judge:tone"):
        await bench.judges.calibrate("manners", run_id=run)


async def test_two_rubrics_of_one_judge_are_two_judges(bench: Bench) -> None:
    judge = bench.judge_apps.find("tone")
    polite, short = (make_version(judge, "1", rubric=rubric) for rubric in ("polite", "short"))
    await _label(bench, f"{1:032x}", "polite", 1.0, "desk")
    evaluators = (make_evaluator("judge:polite", polite), make_evaluator("judge:short", short))
    run = bench.runs.add(
        [make_result(1, score=ItemScore("judge:polite", polite, "polite", 5.0))], evaluators=evaluators
    )
    await bench.judges.calibrate("polite", run_id=run)
    found, other = await bench.judges.find_calibration(polite), await bench.judges.find_calibration(short)
    assert found is not None
    assert not found.stale
    assert other is not None
    assert other.stale


async def test_the_score_of_a_served_answer_tells_how_far_its_judge_agrees_with_people(bench: Bench) -> None:
    trace = await bench.note(5, 1)
    older = await bench.note(5, 1, evaluator_version="older@0123456789ab")
    scores = await bench.feedback.list_scores(trace)
    judged = next(score.id for score in scores if score.source == "judge")
    assert await bench.judges.find_calibrations(scores) == {judged: None}
    made = await bench.judges.calibrate("tone")
    assert await bench.judges.find_calibrations(scores) == {judged: Found(made)}
    others = await bench.judges.find_calibrations(await bench.feedback.list_scores(older))
    assert list(others.values()) == [Found(made, stale=True)]


async def test_what_was_found_is_kept_and_the_newest_counts(bench: Bench) -> None:
    await bench.note(5, 1)
    first = await bench.judges.calibrate("tone")
    await bench.note(1, 1)
    second = await bench.judges.calibrate("tone")
    assert await bench.judges.list_calibrations("tone") == [second, first]
    status = await bench.judges.get("tone")
    assert (status.calibration, status.stale, status.problem) == (second, False, "")
    found = await bench.judges.find_calibration(JudgeRef("tone", "other@0123456789ab"))
    assert found is not None
    assert found.stale


async def test_what_stands_beside_the_scores_of_a_run(bench: Bench) -> None:
    version = make_version(bench.judge_apps.find("tone"), "1")
    records = CalibrationRecords(bench.database)
    versions = {"judge:tone": version, "exact": "1"}
    assert await records.list_trust(versions) == {"judge:tone": "not held against people yet"}
    for judge, human in [(5, 1), (1, 0)] * 3:
        await bench.note(judge, human)
    await bench.judges.calibrate("tone")
    assert (await records.list_trust(versions))["judge:tone"].startswith("kappa 1.00")


async def test_a_judge_below_the_bar_must_not_gate(bench: Bench) -> None:
    version = make_version(bench.judge_apps.find("tone"), "1")
    assert await bench.judges.may_gate("1-0a1b2c3d") is None, "code may"
    assert "never held against people" in str(await bench.judges.may_gate(version))
    for judge, human in [(5, 1), (1, 0)] * 3:
        await bench.note(judge, human)
    await bench.judges.calibrate("tone")
    assert "6 answers, and 50 are asked for" in str(await bench.judges.may_gate(version))
    assert await bench.judges.may_gate(version, bar=Bar(items=6)) is None
    for _ in range(6):
        await bench.note(5, 0)
    await bench.judges.calibrate("tone")
    assert "kappa 0.20, and 0.60 is asked for" in str(await bench.judges.may_gate(version, bar=Bar(items=6)))


async def test_every_judge_is_listed_with_what_is_known_of_it(bench: Bench) -> None:
    await bench.note(5, 1)
    await bench.judges.calibrate("tone")
    found = {status.name: status for status in await bench.judges.list_judges()}
    assert found["tone"].calibration is not None
    assert found["judge-rubric"].builtin
    assert found["judge-rubric"].calibration is None


async def test_the_true_rate_of_a_run_by_what_reviewers_said_of_some(bench: Bench) -> None:
    """The judge scores from 1 to 5, half of them 5, and people agree on the ten that they saw."""
    version = make_version(bench.judge_apps.find("tone"), "1")
    results = [
        make_result(number, score=ItemScore("judge:tone", version, "tone", 5.0 if number % 2 else 1.0))
        for number in range(40)
    ]
    run = bench.runs.add(results, evaluators=(make_evaluator("judge:tone", version),))
    for number in range(10):
        await _label(bench, f"{number:032x}", "tone", float(number % 2), "desk")
    found = await bench.judges.estimate_rate("tone", run_id=run)
    assert (found.human_labels, found.judge_labels) == (10, 30)
    assert found.mean == pytest.approx(0.5)
    assert found.interval.low < 0.5 < found.interval.high
    with pytest.raises(InvalidInput) as caught:
        await bench.judges.estimate_rate("tone", run_id=run, label="nothing")
    assert caught.value.code == "too_few_labels"


async def test_the_true_rate_of_served_answers(bench: Bench) -> None:
    for number in range(12):
        await bench.note(5, float(number % 3 > 0) if number < 6 else None, day=number)
    found = await bench.judges.estimate_rate("tone", app="ask")
    assert (found.human_labels, found.judge_labels) == (6, 6)
    later = bench.judges.estimate_rate("tone", since=NOON + timedelta(days=6))
    with pytest.raises(InvalidInput):
        await later
    with pytest.raises(InvalidInput):
        await bench.judges.estimate_rate("tone", app="another")


async def test_the_newest_run_that_is_done_and_has_the_judge(bench: Bench) -> None:
    version = make_version(bench.judge_apps.find("tone"), "1")
    older = bench.runs.add([], evaluators=(make_evaluator("judge:tone", version),))
    bench.runs.add([], evaluators=(make_evaluator("judge:tone", version),), state="stopped")
    bench.runs.add([])
    assert await bench.judges.find_last_run("tone") == older
    measured = bench.runs.add([], app="tone")
    assert await bench.judges.find_last_run("tone") == measured
    with pytest.raises(NotFound, match="has the judge 'manners'"):
        await bench.judges.find_last_run("manners")


async def test_a_run_that_is_not_there(bench: Bench) -> None:
    with pytest.raises(NotFound, match="no eval run"):
        await bench.judges.calibrate("tone", run_id=uuid4())


async def _label(bench: Bench, trace_id: str, name: str, value: float, queue: str) -> None:
    score = bench.make_label(trace_id, name, value, queue)
    async with bench.database.transaction() as tx:
        await bench.feedback.add_score(tx, score)
