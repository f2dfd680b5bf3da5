"""The request limit: even, with a burst, per key."""

from __future__ import annotations

from uuid import uuid4

import pytest

from answerable.access.limits import RateLimiter
from answerable.core.errors import RateLimited
from tests.fakes.clock import FixedClock


def _take_until_refused(limiter: RateLimiter, key: object) -> tuple[int, float]:
    for count in range(10_000):
        try:
            limiter.take(key)  # type: ignore[arg-type]
        except RateLimited as error:
            return count, error.retry_after
    raise AssertionError("never refused")


def test_a_burst_passes_then_the_rate_holds() -> None:
    clock, key = FixedClock(), uuid4()
    limiter = RateLimiter(per_minute=60, clock=clock)
    burst, retry_after = _take_until_refused(limiter, key)
    assert burst == 11
    assert retry_after == pytest.approx(1.0)
    clock.advance(5.0)
    assert _take_until_refused(limiter, key)[0] == 5


def test_retry_after_is_enough() -> None:
    clock, key = FixedClock(), uuid4()
    limiter = RateLimiter(per_minute=90, clock=clock)
    _, retry_after = _take_until_refused(limiter, key)
    clock.advance(retry_after + 1e-6)
    limiter.take(key)


def test_keys_do_not_disturb_each_other() -> None:
    limiter = RateLimiter(per_minute=6, clock=FixedClock())
    _take_until_refused(limiter, uuid4())
    limiter.take(uuid4())


def test_zero_means_no_limit() -> None:
    limiter, key = RateLimiter(per_minute=0, clock=FixedClock()), uuid4()
    for _ in range(5000):
        limiter.take(key)
