"""A span as another service sent it, checked and cut to what is kept here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from answerable.traces.conventions import DROPPED, RECEIVED
from answerable.traces.otlp.limits import ATTRIBUTES, EVENTS, LATEST_NS, LINKS, NAME, TEXT
from answerable.traces.otlp.values import restore
from answerable.traces.types import Span, SpanEvent, SpanKind, SpanStatus

_KINDS: Final[tuple[SpanKind, ...]] = ("internal", "internal", "server", "client", "producer", "consumer")
_STATUSES: Final[tuple[SpanStatus, ...]] = ("unset", "ok", "error")
_HEX: Final = frozenset("0123456789abcdef")
_TRACE_DIGITS: Final = 32
_SPAN_DIGITS: Final = 16


class RejectedError(ValueError):
    """The span cannot be kept; the text says why."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A span as it came. `kind` and `status` are OTLP's numbers; attributes come as pairs, as often as they like."""

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    start_ns: int
    end_ns: int
    kind: int = 0
    status: int = 0
    message: str = ""
    attributes: Iterable[tuple[str, Any]] = ()
    dropped: int = 0
    events: Iterable[tuple[str, int, Mapping[str, Any]]] = ()
    links: Iterable[tuple[str, str]] = field(default=())


def to_span(draft: Draft, *, service: str, scope: str) -> Span:
    """Return the span that is kept. Raises RejectedError for ids and times that are none.

    A span that ends before it begins, as clocks that were set meanwhile make them, ends when it begins. One that is its
    own parent has none; longer cycles are for the reader to cut, since they may come in pieces.
    """
    trace_id, span_id = draft.trace_id.lower(), draft.span_id.lower()
    if not _is_id(trace_id, _TRACE_DIGITS) or not _is_id(span_id, _SPAN_DIGITS):
        raise RejectedError("its trace id or its span id is not valid")
    if not 0 < draft.start_ns <= LATEST_NS or not 0 <= draft.end_ns <= LATEST_NS:
        raise RejectedError("its times are not valid")
    parent_id = draft.parent_id.lower()
    has_parent = _is_id(parent_id, _SPAN_DIGITS) and parent_id != span_id
    attributes, dropped = _keep_attributes(draft)
    return Span(
        trace_id=trace_id,
        span_id=span_id,
        parent_id=parent_id if has_parent else None,
        name=draft.name[:NAME],
        start_ns=draft.start_ns,
        end_ns=max(draft.start_ns, draft.end_ns),
        kind=_KINDS[draft.kind] if 0 <= draft.kind < len(_KINDS) else "internal",
        status=_STATUSES[draft.status] if 0 <= draft.status < len(_STATUSES) else "unset",
        message=draft.message[:TEXT],
        attributes={**attributes, **({DROPPED: dropped} if dropped else {}), RECEIVED: True},
        events=tuple(
            SpanEvent(name[:NAME], max(0, min(at_ns, LATEST_NS)), values)
            for name, at_ns, values in islice(draft.events, EVENTS)
        ),
        links=tuple(
            f"{trace.lower()}-{span.lower()}"
            for trace, span in islice(draft.links, LINKS)
            if _is_id(trace.lower(), _TRACE_DIGITS) and _is_id(span.lower(), _SPAN_DIGITS)
        ),
        service=service,
        scope=scope,
    )


def keep_pairs(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return the first attributes as a mapping; the last value of a name counts."""
    return {name[:NAME]: restore(name, value) for name, value in islice(pairs, ATTRIBUTES) if name}


def _keep_attributes(draft: Draft) -> tuple[dict[str, Any], int]:
    pairs = iter(draft.attributes)
    kept = keep_pairs(pairs)
    return kept, draft.dropped + sum(1 for _ in pairs)


def _is_id(text: str, digits: int) -> bool:
    return len(text) == digits and _HEX.issuperset(text) and text.strip("0") != ""
