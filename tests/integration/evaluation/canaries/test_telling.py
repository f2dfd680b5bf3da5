"""Who hears of a changed model, when, and how often; and who checks on a schedule."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from answerable.core.errors import Conflict
from answerable.evaluation.canaries.telling import TOPIC
from tests.integration.evaluation.canaries.harness import SETTINGS, Watch

DAILY = replace(SETTINGS, every=timedelta(days=1))


async def test_a_change_is_told_once_and_so_is_its_end(watch: Watch) -> None:
    await watch.check()
    for behaviour in ("renamed", "renamed", "normal", "normal"):
        watch.behave(behaviour)
        await watch.check()
    assert await watch.list_notices() == [("firing", "ops"), ("ok", "ops")]


async def test_a_notice_says_what_changed_and_has_the_gates_report(watch: Watch) -> None:
    await watch.check()
    watch.behave("drifted")
    check = await watch.check()

    (delivery,) = await watch.alerts.list_deliveries()
    notice = delivery.notice
    assert notice.alert == "model mine:fake-1 in shop"
    assert notice.text.startswith("mine:fake-1 in shop has changed: It answers")
    assert notice.details["report"] == check.report
    assert "Gate of shop" in notice.details["report"]


async def test_in_a_silence_nobody_is_told_and_what_lasts_is_told_afterwards(watch: Watch) -> None:
    await watch.check()
    await watch.alerts.silence(TOPIC, timedelta(hours=2), by="ana")
    assert list(await watch.alerts.list_silences()) == [TOPIC]
    for behaviour in ("renamed", "normal", "patched"):
        watch.behave(behaviour)
        await watch.check()
    assert await watch.list_notices() == []
    await watch.alerts.silence(TOPIC, timedelta(0), by="ana")
    assert await watch.alerts.list_silences() == {}
    await watch.check()
    assert await watch.list_notices() == [("firing", "ops")]


async def test_an_end_in_a_silence_is_told_afterwards(watch: Watch) -> None:
    await watch.check()
    watch.behave("renamed")
    await watch.check()
    await watch.alerts.silence(TOPIC, timedelta(hours=2), by="ana")
    await watch.open().accept(by="ana")
    await watch.check()
    assert await watch.list_notices() == [("firing", "ops")]
    await watch.alerts.silence(TOPIC, timedelta(0), by="ana")
    await watch.check()
    assert await watch.list_notices() == [("firing", "ops"), ("ok", "ops")]


async def test_a_judge_that_agrees_too_little_tells_nobody_of_drift(watch: Watch) -> None:
    await watch.check()
    watch.distrust = "The judge agrees too little."
    watch.behave("drifted")
    check = await watch.check()
    assert (check.state, check.reason) == ("inconclusive", "The judge agrees too little.")
    assert "The judge agrees too little." in check.report
    assert await watch.list_notices() == []


async def test_other_news_is_told_too(watch: Watch) -> None:
    await watch.check()
    for behaviour in ("patched", "renamed"):
        watch.behave(behaviour)
        await watch.check()
    assert await watch.list_notices() == [("firing", "ops"), ("firing", "ops")]


async def test_accepting_ends_an_alert(watch: Watch) -> None:
    await watch.check()
    watch.behave("renamed")
    await watch.check()
    await watch.open().accept(by="ana")
    await watch.check()
    assert await watch.list_notices() == [("firing", "ops"), ("ok", "ops")]


async def test_a_model_that_is_away_is_told_of_the_second_time(watch: Watch) -> None:
    await watch.check()
    watch.behave("server_error")
    await watch.check()
    assert await watch.list_notices() == []
    await watch.check()
    await watch.check()
    assert await watch.list_notices() == [("firing", "ops")]
    watch.behave("normal")
    await watch.check()
    assert await watch.list_notices() == [("firing", "ops"), ("ok", "ops")]


async def test_what_cannot_be_told_apart_is_no_news(watch: Watch) -> None:
    await watch.check(min_examples=30)
    watch.behave("drifted")
    await watch.check(min_examples=30)
    assert await watch.list_notices() == []


async def test_the_schedule_checks_when_it_is_time(watch: Watch) -> None:
    service = watch.open(DAILY)
    assert await service.check_due() == 1
    assert await service.check_due() == 0
    watch.clock.advance(25 * 3600)
    assert await watch.open(DAILY).check_due() == 1, "another process goes on with it"


async def test_a_failed_check_is_repeated_within_the_hour(watch: Watch) -> None:
    service = watch.open(DAILY)
    watch.behave("server_error")
    await service.check_due()
    watch.clock.advance(3601)
    watch.behave("normal")
    assert await service.check_due() == 1
    assert await service.check_due() == 0


async def test_of_two_servers_one_checks(watch: Watch) -> None:
    watch.gate.clear()
    first = asyncio.create_task(watch.open(DAILY).check_due())
    await _wait_for_claim(watch)
    assert await watch.open(DAILY).check_due() == 0
    with pytest.raises(Conflict) as busy:
        await watch.open().check(by="ana")
    watch.gate.set()

    assert busy.value.code == "canary_busy"
    assert await first == 1


async def test_a_process_that_died_is_followed_by_another_one(watch: Watch) -> None:
    watch.gate.clear()
    first = asyncio.create_task(watch.open(DAILY).check_due())
    await _wait_for_claim(watch)
    async with watch.database.transaction() as tx:
        # What a killed process leaves: its claim, and nothing else.
        await tx.execute("CREATE TABLE left_behind AS SELECT * FROM model_canary")
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    async with watch.database.transaction() as tx:
        await tx.execute("DELETE FROM model_canary")
        await tx.execute("INSERT INTO model_canary SELECT * FROM left_behind")
    watch.gate.set()

    assert await watch.open(DAILY).check_due() == 0
    watch.clock.advance(3601)
    assert await watch.open(DAILY).check_due() == 1


async def test_without_a_schedule_nothing_is_asked(watch: Watch) -> None:
    assert await watch.open().check_due() == 0
    await watch.open().run()
    assert watch.count_requests() == 0


async def _wait_for_claim(watch: Watch) -> None:
    async with asyncio.timeout(60):
        while True:
            async with watch.database.transaction() as tx:
                cursor = await tx.execute("SELECT count(*) FROM eval_run")
                row = await cursor.fetchone()
            if row is not None and row[0]:
                return
            await asyncio.sleep(0.01)
