"""The waits between the attempts of one call."""

from __future__ import annotations

from answerable.core.errors import DeadlineExceeded
from answerable.llm.failures import get_retry_after, is_passing, translate
from answerable.llm.policy import CallPolicy, Deadline


class Attempts:
    """Counts the attempts of one call, and decides after each failure whether there is another."""

    def __init__(self, name: str, policy: CallPolicy, deadline: Deadline) -> None:
        self.made = 1
        self._name = name
        self._policy = policy
        self._deadline = deadline

    async def wait(self, error: Exception) -> None:
        """Wait until it makes sense to try again.

        Raises our error for `error` when it will not pass, when the attempts are used up, or when the wait
        would outlast the deadline: a caller learns at once what it would learn later. Raises DeadlineExceeded
        when the time is already used up.
        """
        if self._deadline.left() <= 0:
            raise out_of_time(self._name, self._deadline) from error
        if self.made >= self._policy.attempts or not is_passing(error):
            raise translate(error, self._name) from error
        delay = get_retry_after(error) + self._jitter()
        if delay >= self._deadline.left():
            raise translate(error, self._name) from error
        await self._policy.sleep(delay)
        self.made += 1

    def _jitter(self) -> float:
        ceiling = min(self._policy.backoff_cap, self._policy.backoff_base * 2 ** (self.made - 1))
        return float(self._policy.draw() * ceiling)


def out_of_time(name: str, deadline: Deadline) -> DeadlineExceeded:
    return DeadlineExceeded(
        f"{name} did not finish within {round(deadline.seconds, 1):g} s.",
        hint="Ask for less, allow more time, or choose a faster model.",
    )
