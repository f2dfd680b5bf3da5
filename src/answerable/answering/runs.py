"""One run of an app while it is in progress, and what runs the apps of one kind."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Protocol

from answerable.answering.types import AnswerEvent, Caller, RunRequest
from answerable.apps.types import Variant
from answerable.llm.types import Message


@dataclass(slots=True)
class Work:
    """A request to a variant, ready to run: access, budget and cache are settled.

    `started` is the clock's monotonic time in seconds. `live` says whether somebody watches the text come.
    `history` are the earlier turns, already within the variant's budget. `raw` collects the model's texts that
    were not what was wanted, and `searched_for` is a follow-up as it was rewritten: both for the trace.
    """

    request: RunRequest
    caller: Caller
    variant: Variant
    trace_id: str
    started: float
    live: bool
    history: tuple[Message, ...] = ()
    raw: list[str] = field(default_factory=list)
    searched_for: str | None = None


class Runner(Protocol):
    """Runs the apps of one kind."""

    def stream(self, work: Work) -> AsyncGenerator[AnswerEvent, None]:
        """Yield `sources`? `delta`* `citation`* and, last, exactly one DoneEvent.

        Closing it cancels the model call. Raises our errors; a run that raised never ends in a DoneEvent.
        """
        ...
