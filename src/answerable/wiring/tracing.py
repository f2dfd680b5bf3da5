"""Traces: recorded, redacted, written, sent on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack

from answerable.answering.tracing.recorder import OnRun, RunRecorder
from answerable.apps.service import AppService
from answerable.core.clock import SystemClock
from answerable.db.database import Database
from answerable.feedback.asked.service import AskedRunService
from answerable.quality.online.sampling import Sampler
from answerable.quality.online.types import Rule
from answerable.quality.signals.retry import WINDOW
from answerable.settings import Settings
from answerable.traces.collecting import SpanCollector
from answerable.traces.joining import joined
from answerable.traces.otlp.sending import OtlpSender
from answerable.traces.service import TraceService
from answerable.traces.writing.encoding import Redact
from answerable.traces.writing.landing import ignore_written
from answerable.traces.writing.types import WritingLimits


async def open_sender(settings: Settings, stack: AsyncExitStack) -> OtlpSender | None:
    chosen = settings.telemetry
    if chosen.otlp_endpoint is None:
        return None
    headers = {name: value.get_secret_value() for name, value in chosen.otlp_headers.items()}
    sender = OtlpSender(chosen.otlp_endpoint, headers=headers)
    await stack.enter_async_context(sender.opened())
    return sender


def make_traces(
    settings: Settings,
    database: Database,
    apps: AppService,
    clock: SystemClock,
    redact: Redact,
    online: Sequence[Rule],
) -> TraceService:
    chosen = settings.traces
    return TraceService(
        database,
        policy_for=apps.get_trace_policy,
        redact=redact,
        spill=settings.state_folder / "spill",
        on_served=AskedRunService(database, window=WINDOW).enqueue,
        on_written=Sampler(online).enqueue if online else ignore_written,
        limits=WritingLimits(bytes=chosen.memory_max_bytes, spill_bytes=chosen.spill_max_bytes),
        enabled=chosen.enabled,
        clock=clock,
    )


def open_recorder(
    settings: Settings, traces: TraceService, on_run: OnRun, stack: AsyncExitStack
) -> RunRecorder:
    """Record runs, what ends after them, and the spans that libraries make inside their steps."""
    collector = SpanCollector(traces)
    stack.enter_context(collector.opened())
    if settings.traces.enabled:
        stack.enter_context(joined(collector.add))
    return RunRecorder(
        traces,
        clock=SystemClock(),
        on_late=collector.add,
        enabled=settings.traces.enabled,
        propagates=settings.telemetry.propagate,
        on_run=on_run,
    )
