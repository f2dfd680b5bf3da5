"""What the charts show of a range."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from answerable.apps.service import AppService
from answerable.db.database import Database
from answerable.monitoring.series.types import Counts, SeriesFilter
from answerable.monitoring.service import MonitorService
from answerable.monitoring.spend import Spend
from tests.fakes.clock import FixedClock
from tests.fakes.runs import NOON, make_run, note_runs, note_score

HOUR = timedelta(hours=1)


async def test_an_hour_of_minutes_holds_what_happened_in_each(
    database: Database, monitor: MonitorService
) -> None:
    later = NOON + timedelta(minutes=7, seconds=30)
    await note_runs(
        database,
        [
            make_run(verdicts={"supported": 3, "unsupported": 1}),
            make_run(started_at=later, status="error", error_code="upstream_failed", cost_usd=None),
            make_run(started_at=later, status="error", error_code="upstream_failed", cost_usd=Decimal(0)),
            make_run(started_at=later, status="error", error_code="deadline_exceeded", cost_usd=Decimal(0)),
            make_run(started_at=later, cached=True, cost_usd=Decimal(0), saved_usd=Decimal("0.02")),
            make_run(started_at=later, abstained=True),
        ],
    )
    series = await monitor.get_series(since=NOON, until=NOON + HOUR)
    assert (series.step, len(series.buckets)) == ("minute", 60)
    first, eighth = series.buckets[0].figures, series.buckets[7].figures
    assert (first.counts.requests, first.counts.supported, first.counts.unsupported) == (1, 3, 1)
    assert first.counts.spend == Spend(Decimal("0.01"))
    assert list(eighth.errors.items()) == [("upstream_failed", 2), ("deadline_exceeded", 1)]
    assert (eighth.counts.requests, eighth.counts.errors) == (5, 3)
    assert (eighth.counts.cached, eighth.counts.abstained, eighth.counts.saved_usd) == (1, 1, Decimal("0.02"))
    assert eighth.counts.spend == Spend(Decimal("0.01"), unpriced=1)
    assert series.buckets[30].figures.counts == Counts()
    assert series.total.counts.requests == 6
    assert series.total.errors == {"upstream_failed": 2, "deadline_exceeded": 1}


async def test_percentiles_are_those_of_all_runs_of_a_bucket(
    database: Database, monitor: MonitorService
) -> None:
    runs = [make_run(duration_ms=float(ms), first_token_ms=ms / 10) for ms in range(1, 1001)]
    runs += [make_run(started_at=NOON + timedelta(minutes=5), duration_ms=50_000.0)]
    await note_runs(database, runs)
    series = await monitor.get_series(since=NOON, until=NOON + HOUR)
    first = series.buckets[0].figures
    assert first.duration.count == 1000
    assert first.duration.p50_ms == pytest.approx(500, rel=0.05)
    assert first.duration.p95_ms == pytest.approx(950, rel=0.05)
    assert first.duration.p99_ms == pytest.approx(990, rel=0.05)
    assert first.first_token.p95_ms == pytest.approx(95, rel=0.05)
    assert series.buckets[5].figures.first_token.p50_ms is None
    assert series.buckets[1].figures.duration.p50_ms is None
    assert series.total.duration.count == 1001


async def test_evaluation_is_a_line_of_its_own_and_no_traffic(
    database: Database, monitor: MonitorService
) -> None:
    await note_runs(
        database, [make_run(), make_run(purpose="judge"), make_run(purpose="eval", cost_usd=None)]
    )
    series = await monitor.get_series(since=NOON, until=NOON + HOUR)
    assert series.total.counts.requests == 1
    assert series.spend == {
        "serve": Spend(Decimal("0.01")), "judge": Spend(Decimal("0.01")), "eval": Spend(unpriced=1)
    }  # fmt: skip
    assert series.spend["eval"].usd is None


async def test_feedback_counts_where_its_answer_was(database: Database, monitor: MonitorService) -> None:
    runs = [make_run(started_at=NOON + timedelta(minutes=minute)) for minute in range(4)]
    await note_runs(database, runs)
    for run, thumb in zip(runs, (1, 0, 0, 1), strict=True):
        await note_score(database, run, "thumb", thumb)
    await note_score(database, runs[0], "thumb", 0)  # thought better of it
    await note_score(database, runs[3], "thumb", 0, source="human")
    series = await monitor.get_series(since=NOON, until=NOON + HOUR)
    shown = [
        (bucket.figures.counts.thumbs_up, bucket.figures.counts.thumbs_down) for bucket in series.buckets
    ]
    assert shown[:4] == [(0, 1), (0, 1), (0, 1), (1, 0)]
    assert (series.total.counts.thumbs_up, series.total.counts.thumbs_down) == (1, 3)


async def test_a_filter_leaves_the_others_out(database: Database, monitor: MonitorService) -> None:
    other = "next@ba9876543210"
    runs = [make_run(), make_run(variant=other), make_run(variant=other), make_run(app="extract")]
    await note_runs(database, runs)
    everything = await monitor.get_series(since=NOON, until=NOON + HOUR)
    assert [(one.app, one.variant, one.figures.counts.requests) for one in everything.variants] == [
        ("ask", other, 2), ("ask", "main@0123456789ab", 1), ("extract", "main@0123456789ab", 1)
    ]  # fmt: skip
    ask = await monitor.get_series(SeriesFilter(app="ask"), since=NOON, until=NOON + HOUR)
    assert ask.total.counts.requests == 3
    one = await monitor.get_series(SeriesFilter(app="ask", variant=other), since=NOON, until=NOON + HOUR)
    assert (one.total.counts.requests, len(one.variants)) == (2, 1)


async def test_days_are_added_up_as_the_readers_clocks_had_them(
    database: Database, monitor: MonitorService, clock: FixedClock
) -> None:
    """On 2026-03-29 Berlin's clocks went from 02:00 to 03:00: a run an hour, 23 of them."""
    zone = ZoneInfo("Europe/Berlin")
    midnight = datetime(2026, 3, 29, tzinfo=zone).astimezone(UTC)
    await note_runs(database, [make_run(started_at=midnight + number * HOUR) for number in range(-24, 47)])
    since = datetime(2026, 3, 15, tzinfo=zone)
    series = await monitor.get_series(
        since=since, until=datetime(2026, 4, 1, tzinfo=zone), zone="Europe/Berlin"
    )
    asked = {f"{bucket.start:%m-%d}": bucket.figures.counts.requests for bucket in series.buckets}
    assert {day: count for day, count in asked.items() if count} == {"03-28": 24, "03-29": 23, "03-30": 24}
    assert [bucket.seconds for bucket in series.buckets if bucket.start.day == 29] == [23 * 3600]


async def test_a_year_comes_from_the_days(database: Database, monitor: MonitorService) -> None:
    await note_runs(database, [make_run(started_at=NOON - timedelta(days=day)) for day in range(0, 360, 10)])
    series = await monitor.get_series(since=NOON - timedelta(days=365), until=NOON + HOUR, zone="Asia/Tokyo")
    assert (series.step, series.zone, series.total.counts.requests) == ("day", "UTC", 36)


async def test_the_first_server_of_a_version_and_deployments_are_marked(
    monitor: MonitorService, apps: AppService, clock: FixedClock
) -> None:
    for version in ("1.0", "1.0", "1.1", "1.0"):
        clock.advance(60)
        await monitor.note_start(version)
    clock.advance(60)
    await monitor.note_deployment(" Shop 4.2 ", by="pipeline")
    marks = await monitor.list_marks(since=NOON, until=clock.now() + HOUR)
    assert [(mark.kind, mark.text) for mark in marks] == [
        ("server", "Answerable 1.0"), ("server", "Answerable 1.1"), ("server", "Answerable 1.0"),
        ("deploy", "Shop 4.2"),
    ]  # fmt: skip
    assert await monitor.list_marks(since=NOON - HOUR, until=NOON) == ()
