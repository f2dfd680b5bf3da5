"""What of a trace may be kept, as its app's policy has it. Runs before anything of the trace is written anywhere."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from threading import Lock
from typing import Final

from answerable.traces.redaction.contentless import remove_content, remove_span_content
from answerable.traces.redaction.texts import TextRedactor
from answerable.traces.redaction.types import OwnDetector
from answerable.traces.redaction.values import ValueRedactor
from answerable.traces.types import Span, SpanEvent, Trace, TracePolicy

_POLICIES: Final = 256


class TraceRedactor:
    """Redacts traces and spans. Thread-safe. `own` are the detectors of the workspace, applied in every app."""

    def __init__(self, own: Sequence[OwnDetector] = ()) -> None:
        self._own = tuple(own)
        self._lock = Lock()
        self._redactors: OrderedDict[tuple[object, ...], TextRedactor] = OrderedDict()

    def redact(
        self, trace: Trace | None, spans: Sequence[Span], policy: TracePolicy
    ) -> tuple[Trace | None, Sequence[Span]]:
        """Return what may be kept of a run and its spans; `trace` is None for spans that came alone.

        `full` keeps all of it, `redacted` replaces secrets and personal data in every text, `none` keeps no text.
        Who the user and the conversation are stays: it is by them that data is found again and deleted.
        """
        if policy.content == "full":
            return trace, spans
        values = ValueRedactor(self._get_redactor(policy))
        if policy.content == "none":
            kept = None if trace is None else remove_content(trace)
            return kept, [remove_span_content(span, values.redact_text) for span in spans]
        return None if trace is None else _redact_trace(trace, values), [
            _redact_span(span, values) for span in spans
        ]

    def redact_text(self, text: str, policy: TracePolicy) -> str:
        """Return what may be kept of one text that belongs to a trace, such as a comment; `none` keeps nothing."""
        if policy.content == "full":
            return text
        return "" if policy.content == "none" else self._get_redactor(policy).redact(text)

    def _get_redactor(self, policy: TracePolicy) -> TextRedactor:
        key = (policy.ip, *policy.patterns.items())
        with self._lock:
            found = self._redactors.get(key)
            if found is None:
                found = TextRedactor(patterns=policy.patterns, ip=policy.ip, own=self._own)
                self._redactors[key] = found
                if len(self._redactors) > _POLICIES:
                    self._redactors.popitem(last=False)
            self._redactors.move_to_end(key)
            return found


def _redact_trace(trace: Trace, values: ValueRedactor) -> Trace:
    return trace._replace(
        input=values.redact(trace.input),
        output=values.redact_text(trace.output),
        raw=tuple(values.redact_text(text) for text in trace.raw),
        citations=tuple(values.redact(citation) for citation in trace.citations),
        attempts=tuple(
            replace(attempt, detail=_redact_optional(attempt.detail, values)) for attempt in trace.attempts
        ),
        error_detail=_redact_optional(trace.error_detail, values),
    )


def _redact_optional(text: str | None, values: ValueRedactor) -> str | None:
    return None if text is None else values.redact_text(text)


def _redact_span(span: Span, values: ValueRedactor) -> Span:
    return span._replace(
        name=values.redact_text(span.name),
        message=values.redact_text(span.message),
        attributes=values.redact(span.attributes),
        events=tuple(
            SpanEvent(values.redact_text(event.name), event.at_ns, values.redact(event.attributes))
            for event in span.events
        ),
    )
