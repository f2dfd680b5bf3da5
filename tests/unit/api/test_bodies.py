"""What is sent under a name that no route knows is refused, everywhere: a misspelt field never counts for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from answerable.api.app import create_openapi
from answerable.api.dataset_schemas import AddBody, EvidenceBody

FOREIGN = {"/v1/chat/completions", "/v1/otlp/traces"}
"""Their clients send fields that we do not read."""


def list_objects(
    schema: dict[str, Any], document: dict[str, Any], path: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each object with named fields that a schema allows, with where it stands."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from list_objects(document["components"]["schemas"][name], document, f"{path} {name}")
        return
    if "properties" in schema:
        yield path, schema
    parts = [*schema.get("properties", {}).values(), *schema.get("anyOf", ()), *schema.get("oneOf", ())]
    for part in [*parts, *(schema[key] for key in ("items", "additionalProperties") if key in schema)]:
        if isinstance(part, dict):
            yield from list_objects(part, document, path)


def list_bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    document = create_openapi()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                if path not in FOREIGN:
                    yield from list_objects(content["schema"], document, f"{method.upper()} {path}")


def test_no_route_of_ours_ignores_a_field() -> None:
    bodies = dict(list_bodies())
    assert len(bodies) > 30
    assert [
        place for place, schema in bodies.items() if schema.get("additionalProperties") is not False
    ] == []


def test_an_unknown_field_is_named_with_the_nearest_beside_what_else_is_wrong() -> None:
    with pytest.raises(ValidationError) as raised:
        AddBody.model_validate(
            {"input": {"a": 1}, "weigth": 2, "split": 3, "evidence": [{"txt": "x", "zzz": 1}]}
        )
    found = {".".join(map(str, error["loc"])): error["msg"] for error in raised.value.errors()}
    assert found == {
        "weigth": "There is no such field. Did you mean 'weight'?",
        "split": "Input should be a valid string",
        "evidence.0.txt": "There is no such field. Did you mean 'text'?",
        "evidence.0.zzz": f"There is no such field. Known: {', '.join(EvidenceBody.model_fields)}.",
    }
