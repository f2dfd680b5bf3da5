"""OTLP's values as JSON values, and back."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue

from answerable.traces.conventions import STRUCTURED_ATTRIBUTES
from answerable.traces.otlp.limits import DEPTH, TEXT, VALUES

_INT64: Final = 1 << 63


class Room:
    """How many values an attribute may still take."""

    def __init__(self) -> None:
        self.left = VALUES

    def take(self) -> bool:
        self.left -= 1
        return self.left >= 0


def from_proto(value: AnyValue, *, room: Room | None = None, depth: int = 0) -> Any:
    """Return the value as JSON has it: bytes as base64, what is no number as its name, what is too deep as None."""
    room = room or Room()
    kind = value.WhichOneof("value")
    if kind == "string_value":
        return value.string_value[:TEXT]
    if kind == "bytes_value":
        return base64.b64encode(value.bytes_value[: TEXT * 3 // 4]).decode("ascii")
    if kind == "double_value":
        return to_finite(value.double_value)
    if kind is None or depth >= DEPTH:
        return None
    if kind == "array_value":
        entries = value.array_value.values
        return [from_proto(entry, room=room, depth=depth + 1) for entry in entries if room.take()]
    if kind == "kvlist_value":
        return {
            pair.key: from_proto(pair.value, room=room, depth=depth + 1)
            for pair in value.kvlist_value.values
            if room.take()
        }
    return getattr(value, kind, None)


def to_finite(number: float) -> float | str:
    """Return the number, or for one that JSON has no word for the one that OTLP uses: `NaN`, `Infinity`."""
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def restore(name: str, value: Any) -> Any:
    """Return lists and objects that come as JSON in a string as what they are."""
    if name in STRUCTURED_ATTRIBUTES and isinstance(value, str) and value[:1] in {"[", "{"}:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def to_proto(value: Any) -> AnyValue | None:
    """Return a JSON value for OTLP, None for null.

    A list of scalars of one kind is an array; other lists and objects go as JSON in a string, which every backend can
    show (the GenAI conventions allow for it).
    """
    if value is None:
        return None
    scalar = _to_scalar(value)
    if scalar is not None:
        return scalar
    if isinstance(value, Sequence) and len({type(entry) for entry in value}) <= 1:
        entries = [_to_scalar(entry) for entry in value]
        if None not in entries:
            return AnyValue(array_value=ArrayValue(values=[entry for entry in entries if entry is not None]))
    return AnyValue(string_value=clean(json.dumps(value, ensure_ascii=False, default=str)))


def to_pairs(attributes: Mapping[str, Any]) -> list[KeyValue]:
    """Return attributes for OTLP, without those of null."""
    pairs = ((name, to_proto(value)) for name, value in attributes.items())
    return [KeyValue(key=clean(name), value=value) for name, value in pairs if value is not None]


def _to_scalar(value: Any) -> AnyValue | None:
    if isinstance(value, str):
        return AnyValue(string_value=clean(value))
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value) if -_INT64 <= value < _INT64 else AnyValue(string_value=str(value))
    if isinstance(value, float):
        return AnyValue(double_value=value)
    return None


def clean(text: str) -> str:
    """Return the text without halves of a character, which protobuf refuses."""
    return text.encode("utf-8", "replace").decode("utf-8")
