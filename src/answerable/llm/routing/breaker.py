"""A circuit breaker: a model that keeps failing is left alone for a while, then tried with one call.

The three states and the single probe are those of M. Nygard, "Release It!" (2007); the two triggers, failures in a
row and a share of the last calls, are the common ground of Hystrix, resilience4j and Envoy.
"""

from __future__ import annotations

from collections import deque
from typing import Literal

from answerable.core.clock import Clock
from answerable.llm.policy import BreakerRules

BreakerState = Literal["closed", "open", "half_open"]
"""`half_open`: the rest is over, and one call is or will be the probe."""


class Breaker:
    """Of one model. A call asks `is_ready`, says `begin`, and ends in `succeed`, `fail` or `abandon`.

    What calls that began before a rest come to does not count during it.
    """

    def __init__(self, rules: BreakerRules, clock: Clock) -> None:
        self._rules = rules
        self._clock = clock
        self._outcomes: deque[bool] = deque(maxlen=rules.window)
        self._failed = 0
        self._in_a_row = 0
        self._last_failure = 0.0
        self._resting = False
        self._probing = False
        self._rest = rules.rest
        self._rest_ends = 0.0

    @property
    def state(self) -> BreakerState:
        if not self._resting:
            return "closed"
        return "half_open" if self._probing or self.get_rest() <= 0 else "open"

    def is_ready(self) -> bool:
        """Say whether a call may go to the model now."""
        return not self._resting or (not self._probing and self.get_rest() <= 0)

    def get_rest(self) -> float:
        """Return the seconds until the model may be tried again, 0 when it may now."""
        return max(0.0, self._rest_ends - self._clock.monotonic()) if self._resting else 0.0

    def get_error_rate(self) -> float | None:
        """Return the share of failures among the last calls, None when there were none."""
        return self._failed / len(self._outcomes) if self._outcomes else None

    def get_fresh_failures(self) -> int:
        """Return the failures in a row, as long as the last one is not older than a first rest."""
        fresh = self._in_a_row and self._clock.monotonic() - self._last_failure < self._rules.rest
        return self._in_a_row if fresh else 0

    def begin(self) -> bool:
        """Note that a call goes out, and return whether it is the probe."""
        if self._resting and not self._probing:
            self._probing = True
            return True
        return False

    def succeed(self, *, probe: bool) -> None:
        if probe:
            self._close()
        elif not self._resting:
            self._count(failed=False)

    def fail(self, *, probe: bool, retry_after: float = 0.0) -> None:
        """Note a failure; a rest that follows from it is no shorter than what the provider asked for."""
        self._last_failure = self._clock.monotonic()
        if probe:
            self._rest = min(2 * self._rest, self._rules.longest_rest)
            self._open(retry_after)
        elif not self._resting:
            self._count(failed=True)
            if self._is_enough():
                self._open(retry_after)

    def abandon(self, *, probe: bool) -> None:
        """Note that a call ended without saying anything about the model's health."""
        if probe:
            self._probing = False

    def _count(self, *, failed: bool) -> None:
        if len(self._outcomes) == self._rules.window:
            self._failed -= self._outcomes[0]
        self._outcomes.append(failed)
        self._failed += failed
        self._in_a_row = self._in_a_row + 1 if failed else 0

    def _is_enough(self) -> bool:
        seen = len(self._outcomes)
        often = seen >= self._rules.least and self._failed >= self._rules.share * seen
        return often or self._in_a_row >= self._rules.consecutive

    def _open(self, retry_after: float) -> None:
        self._resting, self._probing = True, False
        wait = max(self._rest, min(retry_after, self._rules.longest_rest))
        self._rest_ends = self._clock.monotonic() + wait

    def _close(self) -> None:
        self._resting = self._probing = False
        self._rest = self._rules.rest
        self._outcomes.clear()
        self._failed = self._in_a_row = 0
