"""What is sent under a name that no route knows is refused, everywhere: a misspelt field never counts for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from answerable.api.app import create_openapi
from answerable.api.bodies import RequestBody
from answerable.api.dataset_schemas import AddBody, EvidenceBody, SplitBody
from answerable.api.openai.schemas import ChatBody
from answerable.api.schemas import AskBody

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


def list_number_fields(kind: type[BaseModel]) -> Iterator[tuple[type[BaseModel], str]]:
    """Yield each field of these bodies that takes numbers and nothing else."""
    for body in kind.__subclasses__():
        yield from list_number_fields(body)
        for name, field in body.model_fields.items():
            if str(field.annotation) in {"<class 'int'>", "<class 'float'>", "int | None", "float | None"}:
                yield body, name


def test_a_truth_value_is_no_number_in_any_body() -> None:
    create_openapi()  # which imports them all
    fields: list[tuple[type[BaseModel], str]] = [
        *list_number_fields(RequestBody),
        (ChatBody, "max_tokens"),
        (ChatBody, "temperature"),
    ]
    assert len(fields) > 15
    for body, name in fields:
        for value in (True, False):
            with pytest.raises(ValidationError) as raised:
                body.model_validate({name: value})
            found = {error["loc"]: error["msg"] for error in raised.value.errors()}
            assert found[(name,)] in {"Input should be a valid integer", "Input should be a valid number"}, (
                body
            )


def test_a_truth_value_is_refused_among_numbers_and_taken_where_it_belongs() -> None:
    with pytest.raises(ValidationError, match=r"parts.train\n  Input should be a valid number"):
        SplitBody.model_validate({"parts": {"train": True, "test": 0.5}})
    with pytest.raises(ValidationError, match=r"evidence.0.start\n  Input should be a valid integer"):
        AddBody.model_validate({"input": {"a": True}, "evidence": [{"text": "x", "start": True, "end": 3}]})
    assert AskBody.model_validate({"question": "q", "stream": True, "max_tokens": "7"}).max_tokens == 7


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
