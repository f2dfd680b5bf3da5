"""What the runs of the last hours came to, app by app."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from answerable.db.database import Database
from answerable.traces.service import TraceService
from answerable.traces.types import RunTotals
from tests.integration.traces.test_traces import make_trace


async def test_runs_are_added_up_and_an_unknown_price_is_counted_rather_than_added(
    database: Database,
) -> None:
    service = TraceService(database)
    now = datetime.now(UTC)
    async with service.written():
        for cost, status in [("0.25", "ok"), ("0.5", "ok"), (None, "ok"), (None, "error")]:
            service.record(
                make_trace(started_at=now, status=status, cost_usd=None if cost is None else Decimal(cost))
            )
        service.record(make_trace(started_at=now - timedelta(hours=30), cost_usd=Decimal(9)))
        service.record(make_trace(started_at=now, app="other", cost_usd=None))
    assert await service.sum_by_app(hours=24) == {
        "listing": RunTotals(runs=4, failed=1, cost_usd=Decimal("0.75"), unpriced=2),
        "other": RunTotals(runs=1, failed=0, cost_usd=Decimal(0), unpriced=1),
    }
    assert (await service.sum_by_app(hours=48))["listing"].runs == 5
