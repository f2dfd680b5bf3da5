"""Filters as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from answerable.core.errors import InvalidFields, InvalidInput
from answerable.traces.reading.queries import read_query
from answerable.traces.types import TraceFilter

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEY = "0190a000-0000-7000-8000-000000000001"


def test_texts_become_what_the_filter_has() -> None:
    query = {
        "app": "ask",
        "since": "7d",
        "until": "2026-11-20",
        "key_id": KEY,
        "min_cost_usd": "0.01",
        "min_duration_ms": "250",
        "cached": "true",
        "abstained": False,
        "purpose": ["serve", "batch"],
        "user": None,
        "label": "",
    }
    assert read_query(query, now=NOW) == TraceFilter(
        app="ask",
        since=NOW - timedelta(days=7),
        until=datetime(2026, 11, 20, tzinfo=UTC),
        key_id=UUID(KEY),
        min_cost_usd=Decimal("0.01"),
        min_duration_ms=250,
        cached=True,
        abstained=False,
        purposes=("serve", "batch"),
    )


def test_several_purposes_can_be_written_in_one_text() -> None:
    assert read_query({"purpose": "eval,judge"}, now=NOW).purposes == ("eval", "judge")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "bad"}, "status"),
        ({"verdict": "true"}, "verdict"),
        ({"key_id": "me"}, "key_id"),
        ({"min_cost_usd": "much"}, "min_cost_usd"),
        ({"purpose": "fun"}, "purposes.0"),
        ({"cached": "perhaps"}, "cached"),
        ({"app": {"$ne": 1}}, "app"),
        ({"nonsense": "1"}, "nonsense"),
    ],
)
def test_what_is_wrong_is_named(query: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidFields) as raised:
        read_query(query, now=NOW)
    assert [problem.at for problem in raised.value.problems] == [field]


def test_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInput):
        read_query({"since": "soon"}, now=NOW)
