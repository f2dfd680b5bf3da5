"""Where sending joins writing: right after redaction, so that what leaves is what is stored."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.traces.otlp.sending import OtlpSender
from answerable.traces.types import Span, Trace, TracePolicy
from answerable.traces.writing.encoding import Redact


class Forwarding:
    """Implements `answerable.traces.writing.encoding.Redact`: redacts, and offers the sender what is left."""

    def __init__(self, redact: Redact, sender: OtlpSender) -> None:
        self._redact = redact
        self._sender = sender

    def __call__(
        self, trace: Trace | None, spans: Sequence[Span], policy: TracePolicy
    ) -> tuple[Trace | None, Sequence[Span]]:
        redacted, kept = self._redact(trace, spans, policy)
        self._sender.offer(kept)
        return redacted, kept
