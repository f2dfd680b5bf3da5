"""The address of the page Monitor, and its charts as values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from answerable.console.parts.monitor.charts import is_empty, list_charts, to_options
from answerable.console.parts.monitor.scope import Scope, read_scope
from answerable.console.parts.monitor.tiles import format_spend
from answerable.core.errors import InvalidInput
from answerable.monitoring.marks.types import Mark
from answerable.monitoring.series.types import Bucket, Counts, Figures, Latency, Series
from answerable.monitoring.spend import Spend

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


def make_series(*figures: Figures, marks: int = 0) -> Series:
    hour = timedelta(hours=1)
    buckets = tuple(
        Bucket(NOON + place * hour, NOON + (place + 1) * hour, each) for place, each in enumerate(figures)
    )
    total = Figures(
        counts=sum((each.counts for each in figures), Counts()),
        errors={code: count for each in figures for code, count in each.errors.items()},
    )
    return Series(
        since=buckets[0].start,
        until=buckets[-1].end,
        zone="UTC",
        step="hour",
        buckets=buckets,
        total=total,
        variants=(),
        spend={},
        marks=tuple(
            Mark(NOON + number * (len(buckets) * hour) / 20, "deploy", f"Release {number}")
            for number in range(marks)
        ),
    )


def test_an_address_gives_the_page_that_it_came_from() -> None:
    scope = read_scope({"app": "triage", "variant": "main@1", "period": "7d"})
    assert scope.to_address() == "/monitor?app=triage&variant=main%401&period=7d"
    assert scope.to_address(app="ask") == "/monitor?app=ask&period=7d"
    assert (
        Scope(since="2026-03-28T00:00", until="2026-03-29T00:00").to_address(period="1h")
        == "/monitor?period=1h"
    )
    assert read_scope({"period": "a fortnight"}) == Scope()


def test_an_exact_range_is_of_the_readers_clock() -> None:
    scope = Scope(since="2026-03-29T00:00", until="2026-03-30T00:00")
    since, until = scope.get_range(NOON, "Europe/Berlin")
    assert until - since == timedelta(hours=23)  # the clocks go forward that night
    assert since == datetime(2026, 3, 28, 23, tzinfo=UTC)
    with pytest.raises(InvalidInput, match="tomorrow"):
        Scope(since="tomorrow", until="2026-03-30T00:00").get_range(NOON, "UTC")


def test_a_chart_has_a_point_for_each_bucket_in_its_middle() -> None:
    busy = Figures(
        Counts(requests=10, errors=2, cancelled=1), errors={"timeout": 2}, duration=Latency(10, 1.0, 2.0, 3.0)
    )
    series = make_series(busy, Figures())
    charts = {chart.key: chart for chart in list_charts(series)}
    middle = (NOON + timedelta(minutes=30)).timestamp() * 1000

    requests = to_options(charts["requests"], series)["series"]
    assert [(line["name"], line["data"][0]) for line in requests] == [
        ("fine", [middle, 7]), ("failed", [middle, 2]), ("stopped", [middle, 1]),
    ]  # fmt: skip
    assert to_options(charts["errors"], series)["series"][0]["name"] == "timeout"
    assert to_options(charts["duration"], series)["series"][1]["data"] == [
        [middle, 2.0],
        [middle + 3_600_000, None],
    ]
    assert is_empty(charts["feedback"], series)
    assert not is_empty(charts["requests"], series)


def test_rare_errors_share_a_colour() -> None:
    series = make_series(Figures(Counts(requests=9, errors=9), errors={f"code_{n}": n + 1 for n in range(9)}))
    errors = next(chart for chart in list_charts(series) if chart.key == "errors")
    last = to_options(errors, series)["series"][-1]
    assert last["name"] == "others"
    assert last["data"][0][1] == sum(range(7, 10))


@pytest.mark.parametrize(("marks", "numbered"), [(3, True), (18, False)])
def test_marks_are_lines_with_numbers_while_there_is_room(marks: int, numbered: bool) -> None:
    series = make_series(Figures(Counts(requests=1)), marks=marks)
    lines = to_options(list_charts(series)[0], series)["series"][0]["markLine"]
    assert len(lines["data"]) == marks
    assert lines["label"]["show"] is numbered


def test_marks_of_one_moment_share_a_line() -> None:
    series = make_series(Figures(Counts(requests=1)))
    marks = tuple(Mark(NOON + timedelta(minutes=minutes), "deploy", "Release") for minutes in (0, 1, 1, 30))
    lines = to_options(list_charts(series)[0], replace(series, marks=marks))["series"][0]["markLine"]
    assert [line["name"] for line in lines["data"]] == ["1-3", "4"]


@pytest.mark.parametrize(
    ("spend", "shown"),
    [
        (Spend(), "free"),
        (Spend(Decimal("0.5")), "$0.50"),
        (Spend(Decimal("0.5"), 2), "at least $0.50"),
        (Spend(Decimal(0), 2), "unknown"),
    ],
)
def test_an_unknown_price_is_never_nothing(spend: Spend, shown: str) -> None:
    assert format_spend(spend) == shown
