"""A value that follows a JSON schema, filled from a text where the text says something like `name: value`."""

from __future__ import annotations

import re
from typing import Any

from answerable.fake_models.exchange import Json

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_MAX_DEPTH = 16


def sample(schema: Json, text: str) -> Any:
    """Return a value that follows `schema`, the same for the same arguments.

    `"Total: 12.50"` in `text` fills a property `total`. What the text does not say is filled with the text's
    first number, its first words, or the first choice. References into `$defs` are followed; numeric bounds,
    patterns and lengths are not looked at.
    """
    return _value(schema, schema, text, "", 0)


def _value(schema: Json, root: Json, text: str, name: str, depth: int) -> Any:
    schema = _resolve(schema, root)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return _choice(schema["enum"], text)
    for combined in ("anyOf", "oneOf", "allOf"):
        if schema.get(combined):
            return _value(schema[combined][0], root, text, name, depth + 1)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if kind == "object":
        # A schema that contains itself must end somewhere.
        properties = schema.get("properties", {}) if depth < _MAX_DEPTH else {}
        return {key: _value(inner, root, text, key, depth + 1) for key, inner in properties.items()}
    if kind == "array":
        return [_value(schema.get("items", {}), root, text, name, depth + 1)] if depth < _MAX_DEPTH else []
    return _scalar(kind, text, name)


def _resolve(schema: Json, root: Json) -> Json:
    reference = schema.get("$ref", "")
    if not reference.startswith("#/"):
        return schema
    found: Any = root
    for step in reference[2:].split("/"):
        found = found.get(step, {})
    return found if isinstance(found, dict) else {}


def _choice(options: list[Any], text: str) -> Any:
    lowered = text.lower()
    return next((one for one in options if str(one).lower() in lowered), options[0])


def _scalar(kind: str, text: str, name: str) -> Any:
    said = _said(text, name)
    if kind in {"number", "integer"}:
        match = _NUMBER.search(said) or _NUMBER.search(text)
        number = float(match.group()) if match else 0.0
        return int(number) if kind == "integer" else number
    if kind == "boolean":
        return said.lower() not in {"no", "false", "0"}
    if kind == "null":
        return None
    return said or " ".join(text.split()[:12])


def _said(text: str, name: str) -> str:
    """Return what stands after `name:` in the text, or an empty string."""
    label = re.escape(name).replace("_", "[ _]")
    match = re.search(rf"\b{label}\s*[:=]\s*([^\n;,]+)", text, re.IGNORECASE) if name else None
    return match.group(1).strip().rstrip(".") if match else ""
