"""Cursors: what a page gives as `next` is read again, anything else is refused."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.core.errors import InvalidInput
from answerable.traces.reading.cursors import RunKey, read_cursor, to_cursor

HEX = st.text("0123456789abcdef", min_size=32, max_size=32)


@given(st.datetimes(max_value=datetime(9998, 12, 31), timezones=st.just(UTC)), HEX, HEX)
def test_a_cursor_gives_back_the_key_to_the_microsecond(
    moment: datetime, trace_id: str, span_id: str
) -> None:
    key = RunKey(moment, trace_id, span_id[:16])
    assert read_cursor(to_cursor(key)) == key


def test_the_zone_of_the_moment_does_not_matter() -> None:
    moment = datetime(2026, 11, 21, 1, tzinfo=timezone(timedelta(hours=2)))
    assert read_cursor(to_cursor(RunKey(moment, "a" * 32, "b" * 16))).started_at == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "é",
        "====",
        to_cursor(RunKey(datetime(2026, 1, 1, tzinfo=UTC), "a" * 32, "b" * 16))[:-3],
        "MS4y",
        "9" * 5000,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_cursor(text)
    assert raised.value.code == "invalid_cursor"


@pytest.mark.parametrize("microseconds", [10**18 - 1, 253_402_300_799_999_999])
def test_a_moment_beyond_or_at_the_end_of_the_calendar_is_refused(microseconds: int) -> None:
    body = f"{microseconds}.{'a' * 32}.{'b' * 16}".encode()
    with pytest.raises(InvalidInput):
        read_cursor(base64.urlsafe_b64encode(body).decode())
