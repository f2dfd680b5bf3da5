"""One call while it goes on: its clock, and what was tried."""

from __future__ import annotations

from dataclasses import dataclass, replace

from answerable.core.errors import AnswerableError
from answerable.llm.policy import CallPolicy, Deadline
from answerable.llm.routing.deployment import Deployment
from answerable.llm.routing.types import CallPlan, RetryClass
from answerable.llm.types import Attempt, ChatRequest, ChatResult

SKIPPED = "circuit_open"


@dataclass(frozen=True, slots=True)
class Failure:
    """A try that failed. `last` says that the time of the whole call ended with it."""

    deployment: Deployment
    error: AnswerableError
    retry: RetryClass | None
    retry_after: float
    last: bool = False


class TryFailed(Exception):  # noqa: N818
    """Carries the failures of one try, two where a hedge failed as well. Never leaves this package."""

    def __init__(self, *failures: Failure) -> None:
        super().__init__(", ".join(failure.deployment.name for failure in failures))
        self.failures = failures


class Call:
    """The request, how it is to be tried, and the attempts made so far."""

    def __init__(self, request: ChatRequest, plan: CallPlan, policy: CallPolicy) -> None:
        self.request = request
        self.plan = plan
        self.policy = policy
        self.deadline = Deadline(policy.clock, request.deadline)
        self.started = policy.clock.monotonic()
        self.attempts: list[Attempt] = []
        self.hedged = False

    def complete(self, result: ChatResult) -> ChatResult:
        return replace(result, attempts=self.list_attempts())

    def list_attempts(self) -> tuple[Attempt, ...]:
        """Return the attempts in the order of their start; with a hedge they end in another one."""
        if self.hedged:
            self.attempts.sort(key=lambda attempt: attempt.start_ms)
        return tuple(self.attempts)

    def note(self, attempt: Attempt) -> None:
        self.attempts.append(attempt)

    def note_skipped(self, deployment: Deployment) -> None:
        """Note a model that was not asked, for it is resting."""
        since = (self.policy.clock.monotonic() - self.started) * 1000
        rest = deployment.breaker.get_rest()
        detail = f"It failed too often and rests for {rest:.0f} s more."
        self.note(Attempt(deployment.name, round(since, 2), 0.0, SKIPPED, detail))
