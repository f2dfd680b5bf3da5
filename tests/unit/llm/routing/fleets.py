"""Models that do as a script says, and a fleet of them on a clock that a test moves."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from answerable.core.errors import AnswerableError, DeadlineExceeded, SetupError, Unavailable, UpstreamFailed
from answerable.llm.policy import CallPolicy
from answerable.llm.routing.fleet import Fleet, Source
from answerable.llm.routing.types import RetryClass, Trouble
from answerable.llm.types import ChatRequest, ChatResult, Message, TextDelta, Usage
from tests.fakes.clock import FixedClock

REQUEST = ChatRequest((Message("user", "Hello"),), deadline=30.0)


class TripError(Exception):
    """What a scripted model fails with."""

    def __init__(self, retry: RetryClass | None = "server_error", retry_after: float = 0.0) -> None:
        super().__init__("tripped")
        self.retry = retry
        self.retry_after = retry_after


Step = str | float | Exception
"""A text to say, seconds to take, or an error to raise."""


@dataclass
class ScriptedModel:
    """Does one script a call, the last one for ever. `deadlines` are those of its requests."""

    name: str
    clock: FixedClock
    scripts: list[Sequence[Step]]
    deadlines: list[float] = field(default_factory=list)

    async def stream(
        self, request: ChatRequest, *, first_token: float = 60.0, stall: float = 30.0
    ) -> AsyncGenerator[TextDelta | ChatResult, None]:
        self.deadlines.append(request.deadline)
        script = self.scripts[min(len(self.deadlines), len(self.scripts)) - 1]
        said = ""
        for step in script:
            if isinstance(step, Exception):
                raise step
            if isinstance(step, float):
                self._pass(step, request.deadline, first_token if not said else stall)
            else:
                said += step
                yield TextDelta(step)
        usage = Usage(input_tokens=1, output_tokens=1)
        yield ChatResult(said, self.name, usage, Decimal("0.5"))

    def _pass(self, seconds: float, deadline: float, silence: float) -> None:
        """Let the time pass, up to the bound that is reached first."""
        limit = min(deadline, silence)
        self.clock.advance(min(seconds, limit))
        if seconds > limit:
            raise DeadlineExceeded("too slow") if deadline <= silence else TripError("timeout")


def explain(error: Exception, name: str) -> Trouble:
    if isinstance(error, TripError):
        detail = f"{name} tripped."
        limited = error.retry == "rate_limit"
        ours = Unavailable(detail, retry_after=error.retry_after) if limited else UpstreamFailed(detail)
        return Trouble(ours, error.retry, error.retry_after)
    assert isinstance(error, AnswerableError)
    return Trouble(error, "timeout" if isinstance(error, DeadlineExceeded) else None)


class Scripted:
    """A fleet whose models follow scripts. `sleeps` are the waits between rounds, which move the clock.

    `unusable` is the name of a model whose settings lack something.
    """

    def __init__(
        self,
        *,
        draw: Callable[[], float] = lambda: 0.5,
        unusable: str | None = None,
        **scripts: list[Sequence[Step]],
    ) -> None:
        self.clock = FixedClock()
        self.sleeps: list[float] = []
        self.unusable = unusable
        self.models = {
            f"p:{name}": ScriptedModel(f"p:{name}", self.clock, script) for name, script in scripts.items()
        }
        policy = CallPolicy(clock=self.clock, sleep=self._sleep, draw=draw)
        self.fleet = Fleet(policy, self._open, {"p": 100})

    async def _sleep(self, seconds: float) -> None:
        self.sleeps.append(round(seconds, 3))
        self.clock.advance(seconds)

    def _open(self, name: str) -> Source:
        if name == self.unusable:
            raise SetupError("p has no key.", hint="Set it.")
        return Source(self.models[name], explain)
