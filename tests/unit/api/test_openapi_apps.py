"""Apps in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from jsonschema_rs import Draft202012Validator

from answerable.api.app import create_openapi
from answerable.api.openapi_apps import add_app_paths
from answerable.api.run_schemas import RunOut
from answerable.apps.content import VariantContent
from answerable.apps.types import App, Variant

OUTPUT = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
        "next": {"$ref": "#"},
        "$ref": {"const": "#/$defs/line"},
    },
    "required": ["lines"],
    "$defs": {"line": {"type": "object", "required": ["price"], "properties": {"price": {"type": "number"}}}},
}
FIELDS = {
    "photo": {"type": "image", "description": "the thing"},
    "note": {"max_length": 5, "required": False},
    "tone": {"enum": ["dry", "warm"], "default": "dry"},
    "tags": {"type": "array", "required": False, "enum": ["a", "b"], "max_length": 2},
}


def describe(**changes: Any) -> dict[str, Any]:
    """Return the document with one app, `listing`, of this content."""
    base = {"kind": "prompt", "model": [["local:m"]], "prompt": {"template": "x"}, "input": FIELDS}
    content = VariantContent.model_validate(base | changes)
    app = App("listing", content.kind, "Lists things", {}, (Variant("listing", "main", content),))
    return add_app_paths(create_openapi(), [app])


def resolve(document: dict[str, Any], *path: str) -> Draft202012Validator:
    """Return the validator of a part of the document, with the whole one to resolve references in."""
    pointer = "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in path)
    return Draft202012Validator({**document, "$ref": f"#{pointer}"}, offline=True)


def body_of(document: dict[str, Any], media_type: str = "application/json") -> Draft202012Validator:
    path = ("paths", "/v1/apps/listing/run", "post", "requestBody", "content", media_type, "schema")
    return resolve(document, *path)


def test_the_input_is_described_as_it_is_checked() -> None:
    body = body_of(describe())

    assert body.is_valid({"input": {"photo": "https://example.com/a.png", "tone": "warm"}, "stream": True})
    refused: list[dict[str, Any]] = [
        {},
        {"input": {}},
        {"input": {"photo": "x", "note": "too long"}},
        {"input": {"photo": "x", "tone": "cold"}},
        {"input": {"photo": "x", "tags": ["a", "z"]}},
        {"input": {"photo": "x", "tags": ["a", "b", "a"]}},
        {"input": {"photo": "x", "colour": "red"}},
        {"input": {"photo": "x"}, "strem": True},
    ]
    assert [wrong for wrong in refused if body.is_valid(wrong)] == []


def test_a_form_takes_files() -> None:
    document = describe()
    post = document["paths"]["/v1/apps/listing/run"]["post"]
    form = post["requestBody"]["content"]["multipart/form-data"]["schema"]

    assert form["properties"]["photo"] == {"type": "string", "description": "the thing", "format": "binary"}


def test_the_typed_output_keeps_its_own_references() -> None:
    document = describe(output={"json_schema": OUTPUT})
    data = resolve(document, "components", "schemas", "listing_data")

    assert data.is_valid({"lines": [{"price": 1}], "next": {"lines": []}, "$ref": "#/$defs/line"})
    assert not data.is_valid({"lines": [{"prize": 1}]})
    assert not data.is_valid({"lines": [], "next": {"lines": [{}]}})


def test_the_answer_holds_the_typed_output() -> None:
    document = describe(output={"json_schema": OUTPUT})
    content = ("post", "responses", "200", "content", "application/json", "schema")
    answer = resolve(document, "paths", "/v1/apps/listing/run", *content)

    example = RunOut.model_json_schema()["examples"][0]
    assert answer.is_valid(example | {"data": {"lines": []}})
    assert not answer.is_valid(example | {"data": {"line": 1}})


def test_a_rag_app_takes_a_question() -> None:
    document = describe(kind="rag", input={})
    assert body_of(document).is_valid({"input": {"question": "How?"}})
    assert not body_of(document).is_valid({"input": {"ticket": "x"}})


def test_an_app_without_variants_is_left_out_and_nothing_else_changes() -> None:
    plain = create_openapi()
    assert add_app_paths(plain, [App("empty", "prompt", "", {}, ())])["paths"] == plain["paths"]
