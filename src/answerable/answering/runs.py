"""One run of an app while it is in progress, and what runs the apps of one kind."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Protocol

from answerable.answering.metering import Meter
from answerable.answering.types import AnswerEvent, Caller, RunRequest
from answerable.apps.types import Variant
from answerable.llm.types import Message
from answerable.traces.recorder import NO_SPANS, RunSpans


@dataclass(slots=True)
class Work:
    """A request to a variant, ready to run: access, budget and cache are settled.

    `started` is the clock's monotonic time in seconds. `live` says whether somebody watches the text come.
    `history` are the earlier turns, already within the variant's budget. `raw` collects the model's texts that
    were not what was wanted, and `searched_for` is a follow-up as it was rewritten: both for the trace, as are
    `spans`, the `label` that the variant was found by, whether anything of the answer has `begun` to be passed on, and
    when the reader of a live run saw its `first_text` (monotonic time). `meter` counts what its model calls use.
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
    spans: RunSpans = NO_SPANS
    label: str = ""
    begun: bool = False
    first_text: float | None = None
    meter: Meter = field(default_factory=Meter)

    @property
    def collection(self) -> str:
        """Return what a `rag` app searches, else nothing."""
        grounding = self.variant.content.grounding
        return "" if grounding is None else self.request.collection or grounding.collection


class Runner(Protocol):
    """Runs the apps of one kind."""

    def stream(self, work: Work) -> AsyncGenerator[AnswerEvent, None]:
        """Yield `sources`? `delta`* `citation`* and, last, exactly one DoneEvent.

        Closing it cancels the model call. Raises our errors; a run that raised never ends in a DoneEvent.
        """
        ...
