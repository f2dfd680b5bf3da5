"""A value that follows a JSON schema, filled from a text where the text says something like `name: value`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf
from typing import Any

from answerable.fake_models.exchange import Json

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MAX_DEPTH = 16
_SOME_DATE = "2026-01-31"
_FORMATS = {
    "date-time": f"{_SOME_DATE}T12:00:00Z",
    "time": "12:00:00Z",
    "email": "someone@example.org",
    "uri": "https://example.org/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def sample(schema: Json, text: str, *, gist: str | None = None) -> Any:
    """Return a value that follows `schema`, the same for the same arguments.

    `"Total: 12.50"` in `text` fills a property `total`. What the text does not say is filled with the first number
    or the first words of `gist`, which is the text when nothing else is given, or with the first choice. References
    into `$defs` are followed and bounds kept; patterns and conditions are not looked at.
    """
    return _Sampler(schema, text, text if gist is None else gist).value(schema, "", 0)


@dataclass(frozen=True, slots=True)
class _Sampler:
    root: Json
    text: str
    gist: str

    def value(self, schema: Json, name: str, depth: int) -> Any:
        schema = self._resolve(schema)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return _choice(schema["enum"], self.text)
        for combined in ("anyOf", "oneOf", "allOf"):
            if schema.get(combined):
                return self.value(schema[combined][0], name, depth + 1)
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if isinstance(kind, list):
            kind = next((one for one in kind if one != "null"), "null")
        if kind == "object":
            # A schema that contains itself must end somewhere.
            properties = schema.get("properties", {}) if depth < _MAX_DEPTH else {}
            return {key: self.value(inner, key, depth + 1) for key, inner in properties.items()}
        if kind == "array":
            count = max(1, schema.get("minItems", 1)) if depth < _MAX_DEPTH else 0
            return [self.value(schema.get("items", {}), name, depth + 1)] * count
        return self._scalar(schema, kind, name)

    def _resolve(self, schema: Json) -> Json:
        reference = schema.get("$ref", "")
        if not reference.startswith("#/"):
            return schema
        found: Any = self.root
        for step in reference[2:].split("/"):
            found = found.get(step, {})
        return found if isinstance(found, dict) else {}

    def _scalar(self, schema: Json, kind: str, name: str) -> Any:
        said = _said(self.text, name)
        if kind in {"number", "integer"}:
            match = _NUMBER.search(said) or _NUMBER.search(self.gist)
            number = _bound(float(match.group()) if match else 0.0, schema)
            return int(number) if kind == "integer" else number
        if kind == "boolean":
            return said.lower() not in {"no", "false", "0"}
        if kind == "null":
            return None
        if schema.get("format") == "date":
            match = _DATE.search(said) or _DATE.search(self.text)
            return match.group() if match else _SOME_DATE
        text = said or _FORMATS.get(schema.get("format", "")) or " ".join(self.gist.split()[:12])
        return text.ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength")]


def _choice(options: list[Any], text: str) -> Any:
    lowered = text.lower()
    return next((one for one in options if str(one).lower() in lowered), options[0])


def _bound(number: float, schema: Json) -> float:
    lowest = max(schema.get("minimum", -inf), schema.get("exclusiveMinimum", -inf) + 1)
    highest = min(schema.get("maximum", inf), schema.get("exclusiveMaximum", inf) - 1)
    return float(min(max(number, lowest), highest))


def _said(text: str, name: str) -> str:
    """Return what stands after `name:` in the text, or an empty string."""
    label = re.escape(name).replace("_", "[ _]")
    match = re.search(rf"\b{label}\s*[:=]\s*([^\n;,]+)", text, re.IGNORECASE) if name else None
    return match.group(1).strip().rstrip(".") if match else ""
