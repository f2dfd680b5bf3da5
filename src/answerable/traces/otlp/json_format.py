"""Spans out of an export request in JSON: as protobuf's JSON, but ids in hexadecimal and enums as numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from answerable.core.errors import InvalidInput
from answerable.traces.otlp.drafts import Draft, RejectedError, keep_pairs, to_span
from answerable.traces.otlp.limits import DEPTH, MOST_SPANS, NAME, TEXT
from answerable.traces.otlp.protobuf import SERVICE_NAME, UNKNOWN
from answerable.traces.otlp.values import Room, to_finite
from answerable.traces.otlp.wire import too_many
from answerable.traces.types import Span

_CONTAINERS_PER_SPAN: Final = 40
_KINDS: Final = {
    f"SPAN_KIND_{name}": number
    for number, name in enumerate(("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"))
}
_STATUSES: Final = {f"STATUS_CODE_{name}": number for number, name in enumerate(("UNSET", "OK", "ERROR"))}


def read_json(body: bytes, *, most_spans: int = MOST_SPANS) -> Iterator[Span | RejectedError]:
    """Yield each span, or why it is none. Raises InvalidInput and TooLarge for the request as a whole."""
    if body.count(b"{") + body.count(b"[") > _CONTAINERS_PER_SPAN * most_spans:
        raise too_many(most_spans)  # before it is parsed: an object of two bytes takes seventy in memory
    seen = 0
    for resource_spans in _list(_parse(body), "resourceSpans"):
        service = _read_service(_object(resource_spans, "resource"))
        for scope_spans in _list(resource_spans, "scopeSpans"):
            scope = str(_object(scope_spans, "scope").get("name", ""))[:NAME]
            for sent in _list(scope_spans, "spans"):
                seen += 1
                if seen > most_spans:
                    raise too_many(most_spans)
                yield _read_span(sent, service, scope)


def _parse(body: bytes) -> Mapping[str, Any]:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("The body is not JSON.", hint="Send OTLP's JSON.", code="bad_otlp") from error
    if not isinstance(parsed, dict):
        raise InvalidInput("The body is not an object.", hint="Send OTLP's JSON.", code="bad_otlp")
    return parsed


def _read_span(sent: Any, service: str, scope: str) -> Span | RejectedError:
    if not isinstance(sent, dict):
        return RejectedError("it is not an object")
    try:
        return to_span(_to_draft(sent), service=service, scope=scope)
    except RejectedError as error:
        return error
    except (TypeError, ValueError, OverflowError):
        return RejectedError("a field of it is of another type")


def _to_draft(sent: Mapping[str, Any]) -> Draft:
    status = _object(sent, "status")
    return Draft(
        trace_id=_text(sent, "traceId"),
        span_id=_text(sent, "spanId"),
        parent_id=_text(sent, "parentSpanId"),
        name=_text(sent, "name"),
        start_ns=int(sent.get("startTimeUnixNano") or 0),
        end_ns=int(sent.get("endTimeUnixNano") or 0),
        kind=_number(sent.get("kind"), _KINDS),
        status=_number(status.get("code"), _STATUSES),
        message=_text(status, "message"),
        attributes=_read_pairs(sent),
        dropped=int(sent.get("droppedAttributesCount") or 0),
        events=(
            (_text(event, "name"), int(event.get("timeUnixNano") or 0), keep_pairs(_read_pairs(event)))
            for event in _list(sent, "events")
        ),
        links=((_text(link, "traceId"), _text(link, "spanId")) for link in _list(sent, "links")),
    )


def _read_pairs(holder: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return (
        (_text(pair, "key"), _read_value(pair.get("value"), Room())) for pair in _list(holder, "attributes")
    )


def _read_value(sent: Any, room: Room, depth: int = 0) -> Any:
    """Return the value of `{"stringValue": ...}` and its kind; bytes stay base64, what is too deep is None."""
    if not isinstance(sent, dict) or not sent or depth >= DEPTH:
        return None
    kind, value = next(iter(sent.items()))
    match kind:
        case "stringValue" | "bytesValue":
            return str(value)[:TEXT]
        case "boolValue":
            return bool(value)
        case "intValue":
            return int(value)
        case "doubleValue":
            return to_finite(float(value))
        case "arrayValue":
            entries = _list(value, "values", objects=False) if isinstance(value, dict) else []
            return [_read_value(entry, room, depth + 1) for entry in entries if room.take()]
        case "kvlistValue":
            pairs = _list(value, "values") if isinstance(value, dict) else []
            return {
                _text(pair, "key"): _read_value(pair.get("value"), room, depth + 1)
                for pair in pairs
                if room.take()
            }
        case _:
            return None


def _read_service(resource: Mapping[str, Any]) -> str:
    named = next((value for key, value in _read_pairs(resource) if key == SERVICE_NAME), None)
    return str(named or UNKNOWN)[:NAME]


def _list(holder: Mapping[str, Any], name: str, *, objects: bool = True) -> Sequence[Any]:
    """Return a list of the object, without what is no object; empty where there is none."""
    found = holder.get(name)
    if not isinstance(found, list):
        return ()
    return [entry for entry in found if isinstance(entry, dict)] if objects and name != "spans" else found


def _object(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = holder.get(name)
    return found if isinstance(found, dict) else {}


def _text(holder: Mapping[str, Any], name: str) -> str:
    found = holder.get(name)
    return found if isinstance(found, str) else ""


def _number(value: Any, named: Mapping[str, int]) -> int:
    return named.get(value, 0) if isinstance(value, str) else int(value or 0)
