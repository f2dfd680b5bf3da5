"""The waits between the attempts of one embedding call; chat calls are tried by `llm/routing`."""

from __future__ import annotations

from answerable.llm.failures import find_retry_class, get_retry_after, translate
from answerable.llm.policy import CallPolicy, Deadline, draw_wait, out_of_time


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
        if self.made >= self._policy.attempts or find_retry_class(error) is None:
            raise translate(error, self._name) from error
        delay = get_retry_after(error) + draw_wait(self._policy, self.made)
        if delay >= self._deadline.left():
            raise translate(error, self._name) from error
        await self._policy.sleep(delay)
        self.made += 1
