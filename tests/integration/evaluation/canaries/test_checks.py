"""A model is asked again, and held against what it was."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from answerable.access.audit.service import AuditLog
from answerable.access.audit.types import AuditFilter
from answerable.core.errors import NotFound
from answerable.evaluation.canaries.types import CanarySettings
from tests.integration.evaluation.canaries.harness import SETTINGS, Watch


async def test_the_first_check_is_the_baseline_and_the_next_one_finds_the_same(watch: Watch) -> None:
    first = await watch.check()
    second = await watch.check()

    assert (first.state, second.state) == ("new", "same")
    assert watch.count_requests() == 28, "the point is to ask again"
    assert second.seen.models == ("fake-1",)
    assert second.seen.fingerprints == ("fp_fake_1",)
    assert (second.dataset, second.version) == ("canary", 1)


@pytest.mark.parametrize(
    ("behaviour", "kinds"), [("renamed", {"model", "fingerprint"}), ("patched", {"fingerprint"})]
)
async def test_another_model_behind_the_name_is_noticed(
    watch: Watch, behaviour: str, kinds: set[str]
) -> None:
    await watch.check()
    watch.behave(behaviour)
    check = await watch.check()

    assert check.state == "changed"
    assert {change.kind for change in check.changes} == kinds
    assert "fp_fake_2; it was fp_fake_1" in check.report


async def test_other_behaviour_under_the_same_name_is_noticed_with_the_gates_report(watch: Watch) -> None:
    await watch.check()
    watch.behave("drifted")
    check = await watch.check()

    (change,) = check.changes
    assert (check.state, change.kind, change.after) == ("changed", "behaviour", "worse")
    assert "Gate of shop: **fail**" in check.report
    assert "contains" in check.report
    assert "What is number" not in check.report, "the report is kept and sent: it holds no text of examples"


async def test_a_model_that_has_become_better_has_changed_too(watch: Watch) -> None:
    watch.behave("drifted")
    await watch.check()
    watch.behave("normal")
    check = await watch.check()

    assert [(change.kind, change.after) for change in check.changes] == [("behaviour", "better")]


async def test_another_context_is_noticed_where_the_server_tells_it(watch: Watch) -> None:
    first = await watch.check()
    watch.tell_context(0)
    untold = await watch.check()
    watch.tell_context(8192)
    check = await watch.check()

    assert (first.seen.context_window, untold.state) == (32_768, "same"), "what is not told has not changed"
    assert [(change.kind, change.text) for change in check.changes] == [
        ("context", "It takes 8,192 tokens; it took 32,768.")
    ]


async def test_another_price_is_noticed(watch: Watch) -> None:
    await watch.check()
    watch.price = Decimal("1.5")
    check = await watch.check()

    assert [change.text for change in check.changes] == [
        "The price of a million tokens read is $1.5; it was $1."
    ]


async def test_too_few_examples_conclude_nothing_about_other_answers(watch: Watch) -> None:
    await watch.check(min_examples=30)
    watch.behave("drifted")
    check = await watch.check(min_examples=30)

    assert check.state == "inconclusive"
    assert "answers differ" in check.reason


async def test_what_is_accepted_is_what_later_checks_are_held_against(watch: Watch) -> None:
    await watch.check()
    watch.behave("renamed")
    changed = await watch.check()
    accepted = await watch.open().accept(by="ana")
    after = await watch.check()

    assert [one.id for one in accepted] == [changed.id]
    assert after.state == "same"
    assert await watch.open().accept(by="ben") == [], "there is nothing new"
    page = await AuditLog(watch.database).list(AuditFilter(action="model.accept"))
    assert [(one.actor, one.target) for one in page.entries] == [("ana", "mine:fake-1")]


async def test_what_is_seen_can_be_accepted_at_once_on_the_examples_of_now(watch: Watch) -> None:
    await watch.check()
    await watch.add_examples(30)
    watch.behave("renamed")
    (check,) = await watch.open().check(by="ana", accept=True)

    assert (check.state, check.version) == ("changed", 2)
    after = await watch.check()
    assert (after.state, after.version) == ("same", 2)


async def test_a_model_that_does_not_answer_is_not_taken_for_another_one(watch: Watch) -> None:
    await watch.check()
    watch.behave("server_error")
    failed = await watch.check()
    watch.behave("normal")
    after = await watch.check()

    assert failed.state == "failed"
    assert "14 of 14 examples got no output" in failed.reason
    assert after.state == "same", "the baseline is still the one before"


async def test_a_failed_check_cannot_be_accepted(watch: Watch) -> None:
    watch.behave("server_error")
    await watch.open().check(by="ana", accept=True)
    assert await watch.open().accept(by="ana") == []
    watch.behave("normal")
    assert (await watch.check()).state == "new"


async def test_a_new_variant_has_a_baseline_of_its_own(watch: Watch) -> None:
    await watch.check()
    await watch.register("Please: {{ question }}")
    check = await watch.check()

    assert check.state == "new"
    assert "others than at the baseline" in check.reason
    assert (await watch.check()).state == "same"


async def test_the_baselines_examples_are_asked_also_when_the_dataset_has_grown(watch: Watch) -> None:
    await watch.check()
    await watch.add_examples(30)
    watch.count_requests()
    check = await watch.check()

    assert (check.state, check.version) == ("same", 1)
    assert watch.count_requests() == 14


async def test_new_versions_of_evaluators_score_the_baseline_again_and_ask_no_model(watch: Watch) -> None:
    await watch.check()
    await watch.register(evaluator={"contains": {"ignore_case": True}})
    watch.count_requests()
    same = await watch.check()
    asked = watch.count_requests()
    watch.behave("drifted")

    assert (same.state, asked) == ("same", 14)
    assert (await watch.check()).state == "changed"
    runs = (await watch.evals.list_runs(limit=100)).runs
    assert len([run for run in runs if run.target != "app"]) == 1, "scored again once"


async def test_a_model_without_examples_is_asked_a_word(watch: Watch) -> None:
    without: dict[str, str] = {}
    first = await watch.check(datasets=without)
    asked = watch.count_requests()
    watch.behave("renamed")
    second = await watch.check(datasets=without)

    assert (first.state, first.app, first.run_id, asked) == ("new", "", None, 1)
    assert {change.kind for change in second.changes} == {"model", "fingerprint"}


async def test_an_unknown_dataset_is_a_failure_that_says_so(watch: Watch) -> None:
    check = await watch.check(dataset="canaries", datasets={})
    assert check.state == "failed"
    assert "canaries" in check.reason


async def test_only_what_was_asked_for_is_checked(watch: Watch) -> None:
    service = watch.open()
    assert len(await service.check(model="mine:fake-1", by="ana")) == 1
    with pytest.raises(NotFound, match="shop") as refused:
        await service.check(app="shoop", by="ana")
    assert refused.value.code == "unknown_canary"


async def test_without_an_app_at_the_labels_there_is_nothing_to_check(watch: Watch) -> None:
    service = watch.open(CanarySettings(labels=("candidate",)))
    with pytest.raises(NotFound, match="labels"):
        await service.check(by="ana")


async def test_runs_of_old_checks_go_and_the_baselines_stays(watch: Watch) -> None:
    service = watch.open(replace(SETTINGS, min_examples=2))
    checks = [(await service.check(by="ana"))[0] for _ in range(12)]
    kept = {run.id for run in (await watch.evals.list_runs(limit=100)).runs}

    ids = [check.run_id for check in checks]
    assert ids[0] in kept, "the baseline"
    assert ids[1] not in kept
    assert kept == {ids[0], *ids[2:]}
    assert (await service.list_standings())[0].check.id == checks[-1].id
