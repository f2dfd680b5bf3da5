"""W3C Trace Context: which headers name a caller."""

from __future__ import annotations

import pytest

from answerable.traces.origin import RemoteSpan, find_caller, write_traceparent

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def test_valid_headers_name_the_caller() -> None:
    assert find_caller(f"00-{TRACE}-{SPAN}-01", "rojo=1,congo=2") == RemoteSpan(
        TRACE, SPAN, sampled=True, state="rojo=1,congo=2"
    )
    assert find_caller(f"00-{TRACE}-{SPAN}-00") == RemoteSpan(TRACE, SPAN, sampled=False)


def test_a_later_version_is_read_as_far_as_it_is_known() -> None:
    assert find_caller(f"cc-{TRACE}-{SPAN}-01-what-the-future-brings") == RemoteSpan(TRACE, SPAN)


def test_a_tracestate_that_is_wrong_does_not_lose_the_parent() -> None:
    found = find_caller(f"00-{TRACE}-{SPAN}-01", "=,;;==" * 500)
    assert found is not None
    assert found.trace_id == TRACE


@pytest.mark.parametrize(
    "header",
    [
        None, "", "x", f"00-{TRACE}-{SPAN}", f"00-{TRACE}-{SPAN}-01-more", f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE}-{'0' * 16}-01", f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE[:-1]}-{SPAN}-01", f"00-{TRACE}-{SPAN}-0g", "00-" + "a" * 5000,
    ],
)  # fmt: skip
def test_other_headers_name_nobody(header: str | None) -> None:
    assert find_caller(header) is None


def test_what_we_write_is_what_we_read() -> None:
    for sampled in (True, False):
        header = write_traceparent(TRACE, SPAN, sampled=sampled)
        assert find_caller(header) == RemoteSpan(TRACE, SPAN, sampled=sampled)
