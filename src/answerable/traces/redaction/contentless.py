"""A trace without a word of what was said: counts, times, names and verdicts stay.

Of attributes the numbers stay, and of the texts those that are names by their definition: what another service puts
into an attribute that nobody here knows may be anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from answerable.traces.conventions import CONTENT_ATTRIBUTES, RETRIEVAL_DOCUMENTS
from answerable.traces.types import Span, SpanEvent, Trace

_NAMES: Final = frozenset({
    "error.type", "exception.type", "user.id", "http.request.method", "http.route", "url.scheme",
    "network.protocol.name", "network.protocol.version", "server.address", "rpc.system", "rpc.service",
    "rpc.method", "db.system",
    "db.system.name", "db.operation.name", "db.collection.name", "messaging.system", "messaging.operation.name",
    "code.function.name", "thread.name", "openinference.span.kind", "llm.model_name", "llm.provider", "llm.system",
    "traceloop.span.kind", "session.id",
})  # fmt: skip
_FAMILIES: Final = ("answerable.", "gen_ai.", "service.", "telemetry.", "deployment.")
"""Families of attributes that hold names, but for those in CONTENT_ATTRIBUTES."""

_VERDICT_KEYS: Final = frozenset({"verdict", "source", "sources", "markers", "chunk_id", "document_id"})


def remove_content(trace: Trace) -> Trace:
    """Return the trace without input, output, sentences and what a provider said of an error; `sources` are ids."""
    return trace._replace(
        input={},
        output="",
        raw=(),
        citations=tuple(_keep_verdict(citation) for citation in trace.citations),
        attempts=tuple(replace(attempt, detail=None) for attempt in trace.attempts),
        error_detail=None,
    )


def remove_span_content(span: Span, redact: Callable[[str], str]) -> Span:
    """Return the span with its times, its names and its numbers. Its own name is a stranger's, and is redacted."""
    return span._replace(
        name=redact(span.name),
        message="",
        attributes=_keep_names(span.attributes),
        events=tuple(
            SpanEvent(redact(event.name), event.at_ns, _keep_names(event.attributes)) for event in span.events
        ),
    )


def _keep_names(attributes: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in attributes.items() if _is_kept(name, value)}
    documents = attributes.get(RETRIEVAL_DOCUMENTS)
    if isinstance(documents, list | tuple):
        kept[RETRIEVAL_DOCUMENTS] = [_keep_ids(document) for document in documents]
    return kept


def _is_kept(name: str, value: Any) -> bool:
    if name in CONTENT_ATTRIBUTES:
        return False
    if isinstance(value, bool | int | float):
        return True
    named = name in _NAMES or name.startswith(_FAMILIES)
    texts = value if isinstance(value, list | tuple) else (value,)
    return named and all(isinstance(text, str | bool | int | float) for text in texts)


def _keep_ids(document: Any) -> dict[str, Any]:
    if not isinstance(document, Mapping):
        return {}
    return {
        name: document[name] for name in ("id", "score") if isinstance(document.get(name), str | int | float)
    }


def _keep_verdict(citation: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in citation.items()
        if name in _VERDICT_KEYS or isinstance(value, bool | int | float)
    }
