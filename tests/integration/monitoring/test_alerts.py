"""Alerts over a real database, with real receivers and a clock that the test moves."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from prometheus_client import CollectorRegistry

from answerable.access.audit.service import AuditLog
from answerable.core.errors import InvalidInput, NotFound, Unavailable
from answerable.db.database import Database
from answerable.monitoring.alerts.channels.registry import ChannelSettings, open_channel
from answerable.monitoring.alerts.delivering import Courier
from answerable.monitoring.alerts.measures import MEASURES
from answerable.monitoring.alerts.service import AlertService
from answerable.monitoring.alerts.types import Alert
from answerable.monitoring.metrics.counters import make_counter
from answerable.monitoring.metrics.definitions import ALERT_DELIVERIES
from answerable.monitoring.series.types import SeriesFilter
from tests.fakes.clock import FixedClock
from tests.fakes.receivers import HttpReceiver, http_receiver
from tests.fakes.runs import make_run, note_runs, note_score
from tests.fakes.waiting import wait_until

_ERRORS = Alert("errors", "error_rate", 0.1, "above", ("ops",), recover_after=2)


def make_service(
    database: Database,
    clock: FixedClock,
    *alerts: Alert,
    urls: dict[str, str] | None = None,
    count_lost: Callable[[], int] = lambda: 0,
) -> AlertService:
    channels = {
        name: open_channel(ChannelSettings(name, "webhook", url=url), clock=clock)
        for name, url in (urls or {}).items()
    }
    counter = make_counter(CollectorRegistry(), ALERT_DELIVERIES)
    courier = Courier(database, channels, clock=clock, deliveries=counter)
    return AlertService(
        database, alerts, courier, clock=clock, count_lost=count_lost, audit=AuditLog(database)
    )


async def _pass_time(
    database: Database, clock: FixedClock, service: AlertService, *, errors: int, of: int
) -> None:
    """Let some requests fail, a minute go by and the alerts be evaluated."""
    now = clock.now()
    bad = [make_run(started_at=now, status="error", error_code="upstream_failed") for _ in range(errors)]
    await note_runs(database, [*bad, *[make_run(started_at=now) for _ in range(of - errors)]])
    clock.advance(60)
    await service.evaluate()


async def _deliver(service: AlertService, clock: FixedClock) -> list[tuple[str, str]]:
    """Deliver everything that is due, and return the notices that are through, oldest first."""

    async def is_done() -> bool:
        started = await service.deliver()
        found = await service.list_deliveries()
        return not started and all(one.delivered_at or one.given_up_at or one.error for one in found)

    await wait_until(is_done)
    found = await service.list_deliveries()
    return [(one.notice.alert, one.notice.state) for one in reversed(found) if one.delivered_at]


def _get_types(receiver: HttpReceiver) -> list[str]:
    return [json.loads(body)["type"] for body in receiver.bodies]


async def test_it_fires_once_and_says_when_it_has_recovered(database: Database, clock: FixedClock) -> None:
    alert = Alert(
        "errors", "error_rate", 0.1, "above", ("ops",), window=timedelta(minutes=1), recover_after=2
    )
    async with http_receiver() as receiver:
        service = make_service(database, clock, alert, urls={"ops": receiver.url})
        for errors in (0, 5, 5, 0, 0, 0, 0):
            await _pass_time(database, clock, service, errors=errors, of=10)
            await _deliver(service, clock)
    assert _get_types(receiver) == ["alert.firing", "alert.recovered"]
    data = json.loads(receiver.bodies[0])["data"]
    assert (data["alert"], data["value"], data["threshold"], data["size"]) == ("errors", 0.5, 0.1, 10)
    assert data["text"] == (
        "errors fires: error_rate of all apps is 0.5 of requests over 1m (10 seen), which is above 0.1 of requests."
    )


async def test_a_restart_neither_repeats_nor_forgets(database: Database, clock: FixedClock) -> None:
    async with http_receiver() as receiver:
        first = make_service(database, clock, _ERRORS)  # its channel is not even there
        await _pass_time(database, clock, first, errors=5, of=10)
        second = make_service(database, clock, _ERRORS, urls={"ops": receiver.url})
        await _pass_time(database, clock, second, errors=5, of=10)
        assert await _deliver(second, clock) == [("errors", "firing")]
        third = make_service(database, clock, _ERRORS, urls={"ops": receiver.url})
        await _pass_time(database, clock, third, errors=5, of=10)
        await _deliver(third, clock)
    assert _get_types(receiver) == ["alert.firing"]


async def test_of_several_servers_one_evaluates_and_one_delivers(
    database: Database, clock: FixedClock
) -> None:
    async with http_receiver() as receiver:
        servers = [make_service(database, clock, _ERRORS, urls={"ops": receiver.url}) for _ in range(4)]
        await note_runs(database, [make_run(started_at=clock.now(), status="error", error_code="x")])
        clock.advance(60)
        await asyncio.gather(*(server.evaluate() for server in servers))
        await asyncio.gather(*(_deliver(server, clock) for server in servers))
    assert _get_types(receiver) == ["alert.firing"]


async def test_a_refused_notice_is_tried_again_later_and_later(database: Database, clock: FixedClock) -> None:
    async with http_receiver(status=503) as receiver:
        service = make_service(database, clock, _ERRORS, urls={"ops": receiver.url})
        await _pass_time(database, clock, service, errors=5, of=10)
        assert await _deliver(service, clock) == []
        (failed,) = await service.list_deliveries()
        assert (failed.attempts, failed.error) == (1, "HTTP 503: ")
        assert await service.deliver() == 0  # not at once
        clock.advance(10)
        assert await service.deliver() == 1
        receiver.status = 204

        async def is_delivered() -> bool:
            clock.advance(20)
            await service.deliver()
            return (await service.list_deliveries())[0].delivered_at is not None

        await wait_until(is_delivered)
    assert {headers["webhook-id"] for headers in receiver.headers} == {failed.notice.id}


async def test_what_is_refused_for_good_is_given_up_and_seen(database: Database, clock: FixedClock) -> None:
    async with http_receiver(status=410) as receiver:
        service = make_service(database, clock, _ERRORS, urls={"ops": receiver.url})
        await _pass_time(database, clock, service, errors=5, of=10)
        await _deliver(service, clock)
        clock.advance(3600)
        assert await service.deliver() == 0
    (lost,) = await service.list_deliveries()
    assert lost.given_up_at is not None
    assert lost.error.startswith("HTTP 410")


async def test_a_slow_receiver_does_not_hold_up_the_others(database: Database, clock: FixedClock) -> None:
    alerts = [Alert(name, "error_rate", 0.1, "above", (name,)) for name in ("slow", "quick")]
    async with http_receiver(closed=True) as slow, http_receiver() as quick:
        service = make_service(database, clock, *alerts, urls={"slow": slow.url, "quick": quick.url})
        await _pass_time(database, clock, service, errors=5, of=10)
        assert await service.deliver() == 2

        async def is_any_delivered() -> bool:
            return any(one.delivered_at for one in await service.list_deliveries())

        await wait_until(is_any_delivered)
        assert (len(quick.bodies), await service.deliver()) == (1, 0)
        delivered = {one.channel for one in await service.list_deliveries() if one.delivered_at}
        assert delivered == {"quick"}
        slow.gate.set()
        await _deliver(service, clock)


async def test_the_end_is_not_told_before_the_beginning(database: Database, clock: FixedClock) -> None:
    alert = Alert(
        "errors", "error_rate", 0.1, "above", ("ops",), window=timedelta(minutes=1), recover_after=1
    )
    async with http_receiver(status=503) as receiver:
        service = make_service(database, clock, alert, urls={"ops": receiver.url})
        await _pass_time(database, clock, service, errors=5, of=10)
        await _deliver(service, clock)
        for _ in range(2):
            await _pass_time(database, clock, service, errors=0, of=10)
        receiver.status = 204
        clock.advance(3600)
        await service.deliver()
        await _deliver(service, clock)
    assert _get_types(receiver)[-2:] == ["alert.firing", "alert.recovered"]


async def test_silence_lasts_for_as_long_as_it_was_asked_for(database: Database, clock: FixedClock) -> None:
    async with http_receiver() as receiver:
        service = make_service(database, clock, _ERRORS, urls={"ops": receiver.url})
        until = await service.silence("errors", timedelta(minutes=5), by="ada")
        assert until == clock.now() + timedelta(minutes=5)
        for _ in range(4):
            await _pass_time(database, clock, service, errors=5, of=10)
            await _deliver(service, clock)
        (status,) = await service.list_alerts()
        assert (status.silent, status.standing and status.standing.state) == (True, "firing")
        assert receiver.bodies == []
        await _pass_time(database, clock, service, errors=5, of=10)
        await _deliver(service, clock)
    assert _get_types(receiver) == ["alert.firing"]
    assert await service.silence("errors", timedelta(0), by="ada") is None
    with pytest.raises(NotFound, match="nothing"):
        await service.silence("nothing", timedelta(minutes=1), by="ada")
    with pytest.raises(InvalidInput):
        await service.silence("errors", timedelta(days=400), by="ada")


async def test_a_change_is_measured_against_the_same_hour_last_week(
    database: Database, clock: FixedClock
) -> None:
    alert = Alert(
        "rush", "requests", 3.0, "above", (), window=timedelta(minutes=10), against="last_week", least=0
    )
    service = make_service(database, clock, alert)
    last_week = clock.now() - timedelta(days=7)
    await note_runs(database, [make_run(started_at=last_week + timedelta(minutes=m)) for m in range(60)])
    for count, state in (
        (30, "ok"),
        (1, "firing"),
    ):  # ten in ten minutes then, thirty are not more than three times
        await note_runs(database, [make_run(started_at=clock.now()) for _ in range(count)])
        clock.advance(15)
        await service.evaluate()
        (status,) = await service.list_alerts()
        assert status.standing is not None
        assert (status.standing.state, status.standing.threshold) == (state, 30.0)


async def test_every_measure_measures(database: Database, clock: FixedClock) -> None:
    when: dict[str, Any] = {"started_at": clock.now()}
    runs = [
        make_run(**when, status="error", error_code="a", cost_usd=None),
        make_run(**when, status="error", error_code="b"),
        make_run(**when, abstained=True, duration_ms=4000.0),
        make_run(**when, abstained=True, cached=True),
        make_run(**when, verdicts={"supported": 1, "unsupported": 2, "partial": 1, "unchecked": 5}),
        *[make_run(**when, first_token_ms=300.0) for _ in range(5)],
    ]
    await note_runs(database, [*runs, make_run(**when, purpose="judge"), make_run(**when, app="other")])
    await note_score(database, runs[2], "thumb", 1)
    await note_score(database, runs[3], "thumb", 0)
    for run, tone in zip(runs, (0.1, 0.5), strict=False):
        await note_score(database, run, "tone", tone, source="judge")
    expected = {
        "error_rate": 0.2, "requests": 10, "cost_usd": 0.1, "abstention_rate": 0.25, "unsupported_rate": 0.5,
        "cache_hit_rate": 0.125, "p95_ms": pytest.approx(4000, rel=0.05), "thumbs_down_rate": 0.5,
        "first_token_p95_ms": pytest.approx(300, rel=0.05), "score:tone": pytest.approx(0.3), "dropped_traces": 7,
    }  # fmt: skip
    assert {*expected, "score:tone"} == {*MEASURES, "score:tone"}
    of_ask = SeriesFilter(app="ask")
    alerts = [Alert(measure, measure, 1e9, "above", (), filter=of_ask) for measure in expected]
    service = make_service(database, clock, *alerts, count_lost=lambda: 7)
    await service.evaluate()
    assert {
        status.alert.name: status.standing and status.standing.value for status in await service.list_alerts()
    } == expected


async def test_alerts_outlive_a_lost_database(database: Database, clock: FixedClock, conninfo: str) -> None:
    async with http_receiver() as receiver:
        service = make_service(database, clock, _ERRORS, urls={"ops": receiver.url})
        await note_runs(database, [make_run(started_at=clock.now(), status="error", error_code="x")])
        await database.close()
        with pytest.raises(Unavailable):
            await service.evaluate()
        again = Database(conninfo)
        await again.open()
        service = make_service(again, clock, _ERRORS, urls={"ops": receiver.url})

        async def has_arrived() -> bool:
            return bool(receiver.bodies)

        async def is_noted() -> bool:
            return (await service.list_deliveries())[0].delivered_at is not None

        running = asyncio.create_task(service.run())
        try:
            await wait_until(has_arrived)
            with psycopg.connect(conninfo, autocommit=True) as admin:
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            await wait_until(is_noted)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await again.close()
    assert _get_types(receiver) == ["alert.firing"]


async def test_a_test_notice_says_which_channel_does_not_take_it(
    database: Database, clock: FixedClock
) -> None:
    alert = Alert("errors", "error_rate", 0.1, "above", ("good", "bad", "gone"))
    async with http_receiver() as good, http_receiver(status=403) as bad:
        service = make_service(database, clock, alert, urls={"good": good.url, "bad": bad.url})
        outcomes = await service.test("errors")
    assert outcomes == {"good": None, "bad": "HTTP 403: ", "gone": "There is no channel 'gone' any more."}
    assert _get_types(good) == ["alert.test"]
