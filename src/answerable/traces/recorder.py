"""The steps of one run, as spans.

Our own recorder and not OpenTelemetry's SDK: a run of 8 spans with 8 attributes costs 29 µs here and 115 µs there,
and parents are named rather than taken from the context, which async generators do not keep. Spans that others make
with OpenTelemetry's API inside a step join the trace, see `joining`.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from answerable.core.clock import Clock
from answerable.traces.conventions import CANCELLED, ERROR_TYPE, SERVICE
from answerable.traces.origin import RemoteSpan, write_traceparent
from answerable.traces.types import Span, SpanEvent, SpanKind, SpanStatus

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LEFT = (GeneratorExit, asyncio.CancelledError)
_LONGEST_MESSAGE: Final = 2000
_ids = random.Random(random.SystemRandom().getrandbits(128))  # noqa: S311  names, and no secrets

OnLate = Callable[[Span], None]


def new_span_id() -> str:
    """Return 16 lower-case hexadecimal digits that are not all zero."""
    return f"{_ids.getrandbits(64) or 1:016x}"


class Step:
    """A span in the making. Leaving its `with` block ends it; an error that leaves the block is noted.

    Without recording (`recording` is false) nothing that is told to it is kept.
    """

    __slots__ = ("_run", "attributes", "end_ns", "events", "id", "kind", "links", "message", "name", "parent_id",
                 "start_ns", "status")  # fmt: skip
    recording = True

    def __init__(
        self, run: RunSpans, name: str, *, parent_id: str | None, kind: SpanKind, start_ns: int
    ) -> None:
        self._run = run
        self.id = new_span_id()
        self.name = name
        self.parent_id = parent_id
        self.kind = kind
        self.start_ns = start_ns
        self.end_ns = 0
        self.status: SpanStatus = "unset"
        self.message = ""
        self.attributes: dict[str, Any] = {}
        self.events: tuple[SpanEvent, ...] = ()
        self.links: tuple[str, ...] = ()

    def set(self, attributes: Mapping[str, Any]) -> None:
        """Note attributes, JSON values by name; one of None is left out."""
        for name, value in attributes.items():
            if value is not None:
                self.attributes[name] = value

    def note(self, event: str, attributes: Mapping[str, Any] | None = None) -> None:
        """Note that something happened now."""
        self.events += (SpanEvent(event, self._run.now_ns(), dict(attributes or {})),)

    def fail(self, code: str, message: str = "") -> None:
        """Note that the step failed; `code` is stable, as those of our errors are."""
        self.status, self.message = "error", message[:_LONGEST_MESSAGE]
        self.attributes[ERROR_TYPE] = code

    def end(self, at_ns: int | None = None) -> None:
        """End the step, now or at a time; only the first end counts."""
        if not self.end_ns:
            self.end_ns = max(self.start_ns, at_ns or self._run.now_ns())
            self._run.note_end(self)

    def __enter__(self) -> Step:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is not None:
            self._note_error(error)
        self.end()

    def _note_error(self, error: BaseException) -> None:
        if isinstance(error, _LEFT):
            self.attributes[CANCELLED] = True
        elif self.status != "error":
            self.fail(getattr(error, "code", type(error).__name__), getattr(error, "detail", ""))


class RunSpans:
    """Collects the spans of one run. `root` is the run's own; every other step has a parent, the root unless named.

    What ends after `finish` goes to `on_late` by itself. `caller` is the span of another service that the root is a
    child of; with `propagates` the services that are called are told of the trace.
    """

    recording = True

    def __init__(
        self,
        trace_id: str,
        name: str,
        *,
        clock: Clock,
        on_late: OnLate,
        kind: SpanKind = "internal",
        start_ns: int | None = None,
        caller: RemoteSpan | None = None,
        propagates: bool = False,
    ) -> None:
        self.trace_id = trace_id
        self._caller = caller
        self._propagates = propagates
        self._clock = clock
        self._offset_ns = _to_ns(clock.now()) - int(clock.monotonic() * 1e9)
        self._on_late = on_late
        self._finished = False
        self._steps: list[Step] = []
        parent_id = None if caller is None else caller.span_id
        self.root = Step(self, name, parent_id=parent_id, kind=kind, start_ns=start_ns or self.now_ns())

    def now_ns(self) -> int:
        """Return Unix time in nanoseconds; within a run it never goes back."""
        return self._offset_ns + int(self._clock.monotonic() * 1e9)

    def step(
        self,
        name: str,
        *,
        parent: Step | None = None,
        kind: SpanKind = "internal",
        start_ns: int | None = None,
    ) -> Step:
        """Begin a step, now or at a time."""
        return Step(
            self, name, parent_id=(parent or self.root).id, kind=kind, start_ns=start_ns or self.now_ns()
        )

    def get_headers(self, span_id: str) -> dict[str, str]:
        """Return what makes that span the parent of what a called service does: W3C Trace Context, or nothing."""
        if not self._propagates:
            return {}
        caller = self._caller
        parent = write_traceparent(self.trace_id, span_id, sampled=caller is None or caller.sampled)
        state = {"tracestate": caller.state} if caller is not None and caller.state else {}
        return {"traceparent": parent, **state}

    def note_end(self, step: Step) -> None:
        """Take a step in that has ended."""
        if self._finished:
            self._on_late(self._to_span(step))
        else:
            self._steps.append(step)

    def finish(self) -> tuple[Span, ...]:
        """End the root and return all spans that have ended, the root first."""
        self.root.end()
        self._finished = True
        self._steps.sort(key=lambda step: (step is not self.root, step.start_ns))
        return tuple(map(self._to_span, self._steps))

    def discard(self) -> None:
        """Keep nothing of the run, nor of what still ends."""
        self._finished, self._on_late = True, _drop

    def _to_span(self, step: Step) -> Span:
        return Span(
            trace_id=self.trace_id,
            span_id=step.id,
            parent_id=step.parent_id,
            name=step.name,
            start_ns=step.start_ns,
            end_ns=step.end_ns,
            kind=step.kind,
            status=step.status,
            message=step.message,
            attributes=step.attributes,
            events=step.events,
            links=step.links,
            service=SERVICE,
            scope=SERVICE,
        )


class _NoStep(Step):
    recording = False

    def __init__(self) -> None:
        self.id = "0" * 16
        self.start_ns = 0

    def set(self, attributes: Mapping[str, Any]) -> None:
        """Keep nothing."""

    def note(self, event: str, attributes: Mapping[str, Any] | None = None) -> None:
        """Keep nothing."""

    def fail(self, code: str, message: str = "") -> None:
        """Keep nothing."""

    def end(self, at_ns: int | None = None) -> None:
        """Keep nothing."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        pass


class _NoSpans(RunSpans):
    recording = False

    def __init__(self) -> None:
        self.root = NO_STEP

    def now_ns(self) -> int:
        return 0

    def step(
        self,
        name: str,
        *,
        parent: Step | None = None,
        kind: SpanKind = "internal",
        start_ns: int | None = None,
    ) -> Step:
        del name, parent, kind, start_ns
        return NO_STEP

    def finish(self) -> tuple[Span, ...]:
        return ()

    def discard(self) -> None:
        """There is nothing to discard."""


NO_STEP: Final[Step] = _NoStep()
NO_SPANS: Final[RunSpans] = _NoSpans()
"""Stand in where traces are switched off."""


def _drop(span: Span) -> None:
    del span


def _to_ns(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000
