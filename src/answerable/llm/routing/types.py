"""How a call is to be tried, as plain values: part of a variant's content, so a trace explains it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from answerable.core.errors import AnswerableError
from answerable.llm.types import ChatRequest, ChatResult, TextDelta

RetryClass = Literal["rate_limit", "server_error", "connection", "timeout", "broken_off"]
RETRY_CLASSES: tuple[RetryClass, ...] = ("rate_limit", "server_error", "connection", "timeout", "broken_off")

_BEFORE_A_FALLBACK: Final = 2
_AT_THE_LAST: Final = 4


@dataclass(frozen=True, slots=True)
class CallPlan:
    """Which models are asked, in which order, and for how long. Times are in seconds.

    The models of a tier (`provider:model` each) are equals and share the calls; the next tier is asked when a tier
    has none left to ask. `attempts` is for one model; None stands for 2 where a tier follows, whose user need not wait
    long, and 4 in the last one. Without an `attempt_deadline` a tier may use an even share of the time that is left
    for itself and the tiers after it, so that a silent model leaves some to the next.
    """

    tiers: tuple[tuple[str, ...], ...]
    attempts: int | None = None
    attempt_deadline: float | None = None
    first_token: float = 60.0
    stall: float = 30.0
    retry: tuple[RetryClass, ...] = RETRY_CLASSES
    hedge: bool = False

    def get_attempts(self, tier: int) -> int:
        """Return how often a model of the tier, counted from 0, may be asked."""
        if self.attempts is not None:
            return self.attempts
        return _BEFORE_A_FALLBACK if tier + 1 < len(self.tiers) else _AT_THE_LAST

    @property
    def models(self) -> tuple[str, ...]:
        """Return every model once, in the order of the tiers."""
        return tuple(dict.fromkeys(name for tier in self.tiers for name in tier))


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a failed try means: our error, why another try may succeed (None: it will not), and the wait asked for."""

    error: AnswerableError
    retry: RetryClass | None = None
    retry_after: float = 0.0


Explain = Callable[[Exception, str], Trouble]
"""Says what an error of the model of that name means."""


class SingleModel(Protocol):
    """A model that is asked once: no retry, no other model, and errors as they come."""

    name: str

    def stream(
        self, request: ChatRequest, *, first_token: float = 60.0, stall: float = 30.0
    ) -> AsyncGenerator[TextDelta | ChatResult, None]:
        """Yield the text as it comes and, last, exactly one ChatResult.

        `first_token` bounds the silence before the first token and `stall` that between two, in seconds; the
        request's deadline bounds the whole. Raises anything; `Explain` says what it means.
        """
        ...
