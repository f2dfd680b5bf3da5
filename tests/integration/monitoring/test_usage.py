"""Usage and cost, by whatever somebody asks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from answerable.access.audit.service import AuditLog
from answerable.access.limits import RateLimiter
from answerable.access.service import AccessService
from answerable.core.errors import InvalidInput
from answerable.db.database import Database
from answerable.monitoring.series.grid import Kept
from answerable.monitoring.spend import Spend
from answerable.monitoring.usage.service import UsageService
from answerable.monitoring.usage.types import DIMENSIONS, Dimension, UsageFilter
from tests.fakes.clock import FixedClock
from tests.fakes.runs import NOON, make_run, note_runs, note_score

DAY, NEXT = date(2026, 6, 1), date(2026, 6, 2)


@pytest.fixture
def access(database: Database, clock: FixedClock) -> AccessService:
    return AccessService(
        database, limiter=RateLimiter(per_minute=0, clock=clock), clock=clock, audit=AuditLog(database)
    )


@pytest.fixture
def usage(database: Database, access: AccessService, clock: FixedClock) -> UsageService:
    return UsageService(
        database, access, kept=Kept(minutes=timedelta(days=3), hours=timedelta(days=400)), clock=clock
    )


async def test_usage_is_known_by_each_dimension(database: Database, usage: UsageService) -> None:
    await note_runs(
        database,
        [
            make_run(user="ada", collection="docs"),
            make_run(user="ada", collection="docs"),
            make_run(app="extract", user="bob", model="anthropic:claude-haiku-5-5"),
        ],
    )
    expected: dict[Dimension, list[str]] = {
        "app": ["ask", "extract"],
        "variant": ["main@0123456789ab", "main@0123456789ab"],
        "model": ["openai:gpt-5-mini", "anthropic:claude-haiku-5-5"],
        "collection": ["docs", ""],
        "key": [""],
        "user": ["ada", "bob"],
        "day": ["2026-06-01"],
        "purpose": ["serve"],
    }
    assert tuple(expected) == DIMENSIONS
    for by, names in expected.items():
        report = await usage.get_usage(by, since=DAY, until=NEXT)
        assert [row.name for row in report.rows] == names
        assert (report.total.requests, report.total.tokens) == (3, 360)
        assert report.total.spend == Spend(Decimal("0.03"))


async def test_an_unknown_price_is_no_price(database: Database, usage: UsageService) -> None:
    await note_runs(
        database, [make_run(cost_usd=None), make_run(app="extract"), make_run(app="extract", cost_usd=None)]
    )
    report = await usage.get_usage("app", since=DAY, until=NEXT)
    known = {row.name: row.amounts.spend for row in report.rows}
    assert known == {"ask": Spend(Decimal(0), 1), "extract": Spend(Decimal("0.01"), 1)}
    assert known["ask"].usd is None
    assert (known["extract"].usd, report.total.spend.unpriced) == (Decimal("0.01"), 2)


async def test_measuring_is_paid_on_lines_of_its_own(database: Database, usage: UsageService) -> None:
    purposes = ("serve", "trial", "batch", "eval", "judge", "online")
    await note_runs(database, [make_run(purpose=purpose) for purpose in purposes])
    report = await usage.get_usage("app", since=DAY, until=NEXT)
    assert (report.total.requests, report.total.spend.usd) == (3, Decimal("0.03"))
    assert report.total.served.usd == Decimal("0.01")
    assert report.purposes == {purpose: Spend(Decimal("0.01")) for purpose in purposes}
    by_purpose = await usage.get_usage("purpose", since=DAY, until=NEXT)
    assert by_purpose.total.requests == 6


async def test_what_an_accepted_answer_costs(database: Database, usage: UsageService) -> None:
    runs = [make_run() for _ in range(4)]
    await note_runs(
        database, [*runs, make_run(purpose="judge", cost_usd=Decimal(9)), make_run(app="extract")]
    )
    for run, value in zip(runs, (1, 0, 1, 0), strict=True):
        await note_score(database, run, "accepted", value, source="code")
    report = await usage.get_usage("app", since=DAY, until=NEXT)
    ask, extract = report.rows
    assert (ask.amounts.accepted, ask.amounts.cost_per_accepted_usd) == (2, Decimal("0.02"))
    assert (extract.amounts.accepted, extract.amounts.cost_per_accepted_usd) == (0, None)
    assert report.total.cost_per_accepted_usd == Decimal("0.025")
    by_model = await usage.get_usage("model", since=DAY, until=NEXT)
    assert by_model.total.accepted is None


async def test_keys_have_their_names(database: Database, usage: UsageService, access: AccessService) -> None:
    key, _ = await access.create_key("shop", by="ops")
    await note_runs(database, [make_run(key_id=key.id), make_run(key_id=key.id), make_run()])
    report = await usage.get_usage("key", since=DAY, until=NEXT)
    assert [(row.name, row.title, row.amounts.requests) for row in report.rows] == [
        (str(key.id), "shop", 2), ("", "command line", 1)
    ]  # fmt: skip
    own = await usage.get_usage("app", UsageFilter(key=str(key.id)), since=DAY, until=NEXT)
    assert own.total.requests == 2


async def test_days_are_those_of_the_reader(database: Database, usage: UsageService) -> None:
    late = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)
    await note_runs(database, [make_run(), make_run(started_at=late)])
    tokyo = await usage.get_usage("day", since=DAY, until=date(2026, 6, 3), zone="Asia/Tokyo")
    assert [(row.name, row.amounts.requests) for row in tokyo.rows] == [("2026-06-01", 1), ("2026-06-02", 1)]
    assert tokyo.zone == "Asia/Tokyo"
    utc = await usage.get_usage("day", since=DAY, until=date(2026, 6, 3))
    assert [(row.name, row.amounts.requests) for row in utc.rows] == [("2026-06-01", 2)]


async def test_users_are_counted_by_app_and_day_alone(database: Database, usage: UsageService) -> None:
    await note_runs(database, [make_run(user="ada"), make_run(user="ada", app="extract")])
    report = await usage.get_usage("user", UsageFilter(app="ask"), since=DAY, until=NEXT, zone="Asia/Tokyo")
    assert (report.total.requests, report.zone) == (1, "UTC")
    with pytest.raises(InvalidInput, match="day and app"):
        await usage.get_usage("user", UsageFilter(model="a:b"), since=DAY, until=NEXT)


async def test_nothing_used_is_an_empty_report(usage: UsageService) -> None:
    for by in DIMENSIONS:
        report = await usage.get_usage(by, since=DAY, until=NEXT)
        assert (report.rows, report.total.requests, report.total.spend.usd) == ((), 0, Decimal(0))


async def test_a_range_that_ends_before_it_begins_is_refused(usage: UsageService) -> None:
    with pytest.raises(InvalidInput, match="range"):
        await usage.get_usage("app", since=NEXT, until=DAY)


async def test_two_years_back_the_days_are_still_there(database: Database, usage: UsageService) -> None:
    await note_runs(database, [make_run(started_at=NOON - timedelta(days=500))])
    report = await usage.get_usage("app", since=date(2024, 6, 2), until=NEXT)
    assert (report.total.requests, report.zone) == (1, "UTC")
