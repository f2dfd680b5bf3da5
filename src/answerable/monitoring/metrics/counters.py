"""Counting runs where they are recorded: in memory, for one process, in a few microseconds."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar

from prometheus_client import CollectorRegistry, Counter, Histogram

from answerable.llm.names import split_name
from answerable.llm.types import Attempt
from answerable.monitoring.metrics import definitions as known
from answerable.monitoring.metrics.definitions import Definition
from answerable.traces.conventions import CHAT, INVOKE_WORKFLOW, PROVIDERS, SERVICE
from answerable.traces.types import Trace

Child = TypeVar("Child", Counter, Histogram)

_MOST_CHILDREN: Final = 10_000
_NOT_ASKED: Final = frozenset({"circuit_open"})
"""Attempts that no model heard of."""


class RunCounters:
    """What Prometheus counts of runs. `note` is called with each trace as it is recorded."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = _remember(make_counter(registry, known.REQUESTS).labels)
        self._errors = _remember(make_counter(registry, known.ERRORS).labels)
        self._abstentions = _remember(make_counter(registry, known.ABSTENTIONS).labels)
        self._sentences = _remember(make_counter(registry, known.SENTENCES).labels)
        self._cache_hits = _remember(make_counter(registry, known.CACHE_HITS).labels)
        self._spend = _remember(make_counter(registry, known.SPEND).labels)
        self._unpriced = _remember(make_counter(registry, known.UNPRICED).labels)
        self._saved = _remember(make_counter(registry, known.SAVED).labels)
        self._run_duration = _remember(_make_histogram(registry, known.RUN_DURATION).labels)
        self._first_token = _remember(_make_histogram(registry, known.FIRST_TOKEN).labels)
        self._call_duration = _remember(_make_histogram(registry, known.CALL_DURATION).labels)
        self._token_usage = _remember(_make_histogram(registry, known.TOKEN_USAGE).labels)

    def note(self, trace: Trace) -> None:
        """Count one run."""
        self._count(trace)
        self._price(trace)
        self._measure(trace)
        for attempt in trace.attempts:
            self._note_attempt(attempt)
        if not trace.cached:
            self._note_tokens(trace)

    def _count(self, trace: Trace) -> None:
        app, variant = trace.app, trace.variant
        self._requests(app, variant, trace.status, trace.purpose).inc()
        if trace.error_code is not None:
            self._errors(app, variant, trace.error_code).inc()
        if trace.abstained:
            self._abstentions(app, variant).inc()
        if trace.cached:
            self._cache_hits(app, variant).inc()
        for verdict, count in trace.verdicts.items():
            if count:
                self._sentences(app, variant, verdict).inc(count)

    def _price(self, trace: Trace) -> None:
        labels = (trace.app, trace.variant, trace.model, trace.purpose)
        if trace.cost_usd is None:
            self._unpriced(*labels).inc()
        elif trace.cost_usd:
            self._spend(*labels).inc(float(trace.cost_usd))
        if trace.saved_usd:
            self._saved(trace.app, trace.variant).inc(float(trace.saved_usd))

    def _measure(self, trace: Trace) -> None:
        labels = (INVOKE_WORKFLOW, SERVICE, trace.app, trace.variant)
        self._run_duration(*labels, _describe_end(trace)).observe(trace.duration_ms / 1000)
        if trace.first_token_ms is not None:
            self._first_token(*labels).observe(trace.first_token_ms / 1000)

    def _note_attempt(self, attempt: Attempt) -> None:
        if attempt.code not in _NOT_ASKED:
            labels = (*_describe_model(attempt.model), attempt.code or "")
            self._call_duration(*labels).observe(attempt.duration_ms / 1000)

    def _note_tokens(self, trace: Trace) -> None:
        if trace.model and trace.usage.total:
            labels = _describe_model(trace.model)
            self._token_usage(*labels, "input").observe(trace.usage.input_tokens)
            self._token_usage(*labels, "output").observe(trace.usage.output_tokens)


def _remember(labels: Callable[..., Child]) -> Callable[..., Child]:
    """Return what finds a metric's child by its labels; the library's own way takes a lock and a microsecond."""
    return lru_cache(maxsize=_MOST_CHILDREN)(labels)


def make_counter(registry: CollectorRegistry, definition: Definition) -> Counter:
    """Register a counter of ours."""
    return Counter(definition.name, definition.documentation, definition.labels, registry=registry)


def _make_histogram(registry: CollectorRegistry, definition: Definition) -> Histogram:
    return Histogram(
        definition.name,
        definition.documentation,
        definition.labels,
        registry=registry,
        buckets=definition.buckets,
    )


def _describe_model(name: str) -> tuple[str, str, str]:
    provider, model = split_name(name)
    return CHAT, PROVIDERS.get(provider, provider), model


def _describe_end(trace: Trace) -> str:
    return trace.error_code or ("cancelled" if trace.status == "cancelled" else "")
