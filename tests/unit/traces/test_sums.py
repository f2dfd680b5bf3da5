"""Runs added up by minute, hour and day."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from answerable.llm.types import Usage
from answerable.traces.rollups.bins import to_bin
from answerable.traces.rollups.facts import to_facts
from answerable.traces.rollups.sums import ErrorKey, LatencyKey, Sums, UserKey, add_up
from answerable.traces.types import Trace

RUN = Trace(
    id="0" * 32, started_at=datetime(2026, 3, 29, 1, 59, 59, 999_000, tzinfo=UTC), app="ask", variant="main@1",
    variant_hash="1", status="ok", input={}, duration_ms=200.0, first_token_ms=50.0, user="ann",
    usage=Usage(input_tokens=10, output_tokens=5), cost_usd=Decimal("0.1"), verdicts={"unsupported": 2},
)  # fmt: skip
DAY = int(datetime(2026, 3, 29, tzinfo=UTC).timestamp())


def sum_runs(*runs: Trace) -> Sums:
    return add_up(map(to_facts, runs))


def test_a_run_counts_in_the_minute_the_hour_and_the_day_in_which_it_began() -> None:
    buckets = {key.level: key.bucket for key in sum_runs(RUN).usage}
    assert buckets == {"minute": DAY + 119 * 60, "hour": DAY + 3600, "day": DAY}


def test_amounts_are_added_and_an_unknown_price_is_counted_rather_than_added() -> None:
    unknown = RUN._replace(cost_usd=None, status="error", error_code="upstream_failed")
    sums = sum_runs(RUN, RUN, unknown)
    day = next(amounts for key, amounts in sums.usage.items() if key.level == "day")
    assert day == [3, 1, 0, 0, 0, 30, 0, 15, 0, Decimal("0.2"), 1, 0, 0, 0, 6, 0]
    assert sums.users == {UserKey(DAY, "ask", "ann"): [3, 1, 45, Decimal("0.2"), 1]}
    assert sums.errors[ErrorKey("day", DAY, "ask", "main@1", "upstream_failed")] == 1


def test_durations_are_those_of_users_who_waited_to_the_end() -> None:
    sums = sum_runs(
        RUN,
        RUN._replace(purpose="eval"),
        RUN._replace(status="cancelled", cost_usd=None, first_token_ms=None),
    )
    assert sums.latencies[LatencyKey("hour", DAY + 3600, "ask", "main@1", "duration", to_bin(200.0))] == 1
    assert sums.latencies.total() == 6  # two measures of one run, on three levels


def test_nobody_is_no_user() -> None:
    assert sum_runs(RUN._replace(user=None)).users == {}
