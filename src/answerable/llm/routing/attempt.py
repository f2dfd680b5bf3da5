"""One try at one model: within its bounds, counted and judged."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from answerable.core.errors import CallerError, DeadlineExceeded, SetupError
from answerable.llm.policy import out_of_time
from answerable.llm.routing.call import Call, Failure, TryFailed
from answerable.llm.routing.deployment import Deployment
from answerable.llm.routing.types import Trouble
from answerable.llm.types import Attempt, ChatResult, TextDelta

_CANCELLED = "cancelled"
_ABOUT_THE_REQUEST = frozenset(
    {"upstream_rejected", "upstream_prompt_too_long", "upstream_filtered", "upstream_empty"}
)
"""Codes of failures that show a model to be alive."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one try, in seconds. `final` says that `seconds` is all that the call has left."""

    seconds: float
    first_token: float
    final: bool


async def stream_once(
    deployment: Deployment, call: Call, bounds: Bounds, *, hedge: bool = False
) -> AsyncGenerator[TextDelta | ChatResult, None]:
    """Yield the events of one try. Raises TryFailed."""
    watch = _Watch(deployment, call, bounds, hedge=hedge)
    try:
        await deployment.limit.acquire(bounds.first_token)
        try:
            async with aclosing(_ask(deployment, call, watch.get_bounds())) as events:
                async for event in events:
                    watch.hear(event)
                    yield event
        finally:
            deployment.limit.release()
    except Exception as error:
        raise TryFailed(watch.fail(error)) from error
    finally:
        watch.close()


def _ask(deployment: Deployment, call: Call, bounds: Bounds) -> AsyncGenerator[TextDelta | ChatResult, None]:
    request = replace(call.request, deadline=bounds.seconds)
    return deployment.model.stream(request, first_token=bounds.first_token, stall=call.plan.stall)


class _Watch:
    """Counts a try, and tells the breaker and the record how it went."""

    def __init__(self, deployment: Deployment, call: Call, bounds: Bounds, *, hedge: bool) -> None:
        self._deployment = deployment
        self._call = call
        self._bounds = bounds
        self._hedge = hedge
        self._clock = call.policy.clock
        self._probe = deployment.breaker.begin()
        self._start = self._clock.monotonic()
        self._first: float | None = None
        self._settled = False
        deployment.record.requests += 1
        deployment.record.in_flight += 1

    def get_bounds(self) -> Bounds:
        """Return the bounds less the time that has passed: the wait for a slot counts."""
        passed, bounds = self._clock.monotonic() - self._start, self._bounds
        return Bounds(max(0.0, bounds.seconds - passed), max(0.0, bounds.first_token - passed), bounds.final)

    def hear(self, event: TextDelta | ChatResult) -> None:
        if self._first is None:
            self._first = self._clock.monotonic()
        if isinstance(event, ChatResult):
            self._succeed(event)

    def fail(self, error: Exception) -> Failure:
        """Note a failure and return what it means."""
        name = self._deployment.name
        trouble = self._deployment.explain(error, name)
        last = self._bounds.final and isinstance(error, DeadlineExceeded)
        if last:
            trouble = Trouble(out_of_time(name, self._call.deadline), "timeout")
        ours = trouble.error
        self._deployment.record.note_error(ours.code, ours.detail)
        self._note_attempt(ours.code, ours.detail)
        self._judge(trouble)
        return Failure(self._deployment, ours, trouble.retry, trouble.retry_after, last)

    def close(self) -> None:
        """End the try; one that was neither answered nor failed was cancelled from outside."""
        self._deployment.record.in_flight -= 1
        if not self._settled:
            self._deployment.breaker.abandon(probe=self._probe)
            self._note_attempt(_CANCELLED, None)

    def _succeed(self, result: ChatResult) -> None:
        assert self._first is not None
        now = self._clock.monotonic()
        streamed = self._call.request.stream
        record = self._deployment.record
        record.note_success(first_token=self._first - self._start, total=now - self._start, streamed=streamed)
        record.note_usage(result.usage, result.cost_usd)
        record.note_served(result.response_model, result.fingerprint)
        self._deployment.breaker.succeed(probe=self._probe)
        self._note_attempt(None, None)

    def _judge(self, trouble: Trouble) -> None:
        """Tell the breaker. What was never asked says nothing of the model."""
        breaker = self._deployment.breaker
        slow_but_talking = self._first is not None and isinstance(trouble.error, DeadlineExceeded)
        if isinstance(trouble.error, CallerError | SetupError) or trouble.error.code == "provider_busy":
            breaker.abandon(probe=self._probe)
        elif slow_but_talking or trouble.error.code in _ABOUT_THE_REQUEST:
            breaker.succeed(probe=self._probe)
        else:
            breaker.fail(probe=self._probe, retry_after=trouble.retry_after)

    def _note_attempt(self, code: str | None, detail: str | None) -> None:
        if self._settled:
            return
        self._settled = True
        start = (self._start - self._call.started) * 1000
        lasted = (self._clock.monotonic() - self._start) * 1000
        name = self._deployment.name
        self._call.note(Attempt(name, round(start, 2), round(lasted, 2), code, detail, self._hedge))
