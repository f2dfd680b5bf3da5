"""An export request cut into its spans, before any of them is parsed.

Protobuf's own parser makes an object of every two bytes of `0a 00`: a request of the size that an honest exporter may
send would take gigabytes. So the three levels around a span are walked here, counted, and spans are parsed one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from answerable.core.errors import InvalidInput, TooLarge

_LENGTH_DELIMITED: Final = 2
_FIXED: Final = {1: 8, 5: 4}
_LONGEST_VARINT: Final = 10
_FIELDS_PER_SPAN: Final = 4

_RESOURCE_SPANS = 1  # of ExportTraceServiceRequest
_RESOURCE, _SCOPE_SPANS = 1, 2  # of ResourceSpans
_SCOPE, _SPANS = 1, 2  # of ScopeSpans


@dataclass(frozen=True, slots=True)
class Group:
    """The spans of one scope of one resource, each as it stood on the wire."""

    resource: bytes
    scope: bytes
    spans: list[memoryview]


@dataclass(slots=True)
class _Budget:
    """Counts what is walked over, so that no request is walked for long."""

    most_spans: int
    fields: int = field(init=False)

    def __post_init__(self) -> None:
        self.fields = _FIELDS_PER_SPAN * (self.most_spans + 256)

    def take(self) -> None:
        self.fields -= 1
        if self.fields < 0:
            raise too_many(self.most_spans)


def too_many(most: int) -> TooLarge:
    return TooLarge(f"The request has over {most} spans.", hint="Export smaller batches.")


def split(body: bytes, *, most_spans: int) -> Iterator[Group]:
    """Yield the groups of a serialized ExportTraceServiceRequest. Raises InvalidInput and TooLarge."""
    budget = _Budget(most_spans)
    for number, resource_spans in _walk(memoryview(body), budget):
        if number == _RESOURCE_SPANS:
            yield from _split_resource(resource_spans, budget)


def _split_resource(view: memoryview, budget: _Budget) -> Iterator[Group]:
    resource, scopes = b"", []
    for number, value in _walk(view, budget):
        if number == _RESOURCE:
            resource = bytes(value)
        elif number == _SCOPE_SPANS:
            scopes.append(value)
    for scope_spans in scopes:
        scope, spans = b"", []
        for number, value in _walk(scope_spans, budget):
            if number == _SCOPE:
                scope = bytes(value)
            elif number == _SPANS:
                spans.append(value)
        yield Group(resource, scope, spans)


def _walk(view: memoryview, budget: _Budget) -> Iterator[tuple[int, memoryview]]:
    """Yield number and content of the length-delimited fields of a message; others are passed over."""
    place, end = 0, len(view)
    while place < end:
        budget.take()
        tag, place = _read_varint(view, place)
        kind = tag & 7
        if kind == _LENGTH_DELIMITED:
            length, place = _read_varint(view, place)
            if length > end - place:
                raise _broken()
            yield tag >> 3, view[place : place + length]
            place += length
        elif kind == 0:
            _, place = _read_varint(view, place)
        elif kind in _FIXED:
            place += _FIXED[kind]
        else:
            raise _broken()
    if place > end:
        raise _broken()


def _read_varint(view: memoryview, place: int) -> tuple[int, int]:
    value = 0
    for number, byte in enumerate(view[place : place + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << (7 * number)
        if byte < 0x80:
            return value, place + number + 1
    raise _broken()


def _broken() -> InvalidInput:
    return InvalidInput(
        "The body is not an OTLP export request.",
        hint="Send protobuf as application/x-protobuf, or JSON as application/json.",
        code="bad_otlp",
    )
