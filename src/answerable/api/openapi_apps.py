"""The apps of a workspace in the OpenAPI document: a path each, with its own input and output.

Apps come and go while the server runs, so the document is completed each time that it is served.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from answerable.answering.fields import FILES, get_fields
from answerable.api.run_bodies import RunBody
from answerable.api.run_schemas import RunOut
from answerable.apps.content import InputField, VariantContent
from answerable.apps.types import App

PRODUCTION = "production"

_VERBATIM = frozenset({"const", "default", "enum", "example", "examples"})
_PROBLEM = {"description": "A problem document (RFC 9457) with a stable `code`"}


def add_app_paths(openapi: Mapping[str, Any], apps: Sequence[App]) -> dict[str, Any]:
    """Return the document with `/v1/apps/NAME/run` for each app, as its production variant declares it.

    The output schema of an app becomes the component `NAME_data`. An app without any variant is left out.
    """
    paths = dict(openapi.get("paths", {}))
    components = dict(openapi.get("components", {}))
    schemas = {**_list_parts(), **components.get("schemas", {})}
    for app in apps:
        content = _find_content(app)
        if content is None:
            continue
        if content.output is not None:
            schemas[f"{app.name}_data"] = _to_component(content.output.json_schema, f"{app.name}_data")
        paths[f"/v1/apps/{app.name}/run"] = {"post": _describe_operation(app, content)}
    return {**openapi, "paths": paths, "components": {**components, "schemas": schemas}}


def _find_content(app: App) -> VariantContent | None:
    label = app.labels.get(PRODUCTION)
    if label is not None:
        return label.variant.content
    return app.variants[0].content if app.variants else None


def _describe_operation(app: App, content: VariantContent) -> dict[str, Any]:
    ref = f"#/components/schemas/{app.name}_data" if content.output is not None else None
    return {
        "tags": ["apps"],
        "summary": f"Run {app.name}",
        "description": app.description,
        "operationId": f"run_{app.name}",
        "security": [{"HTTPBearer": []}],
        "requestBody": {"required": True, "content": _describe_bodies(get_fields(content))},
        "responses": {
            "200": {
                "description": "The answer, or its events when `stream`",
                "content": {
                    "application/json": {"schema": _describe_answer(ref)},
                    "text/event-stream": {"schema": {"type": "string"}},
                },
            },
            "4XX": _PROBLEM,
            "5XX": _PROBLEM,
        },
    }


def _describe_bodies(fields: Mapping[str, InputField]) -> dict[str, Any]:
    options: dict[str, Any] = dict(RunBody.model_json_schema()["properties"])
    required = [name for name, field in fields.items() if field.required and field.default is None]
    declared = {
        "type": "object",
        "properties": {name: _describe_field(field, form=False) for name, field in fields.items()},
        "required": required,
        "additionalProperties": False,
    }
    whole = {"type": "object", "properties": options | {"input": declared}, "additionalProperties": False}
    if required:
        whole["required"] = ["input"]
    form = options | {name: _describe_field(field, form=True) for name, field in fields.items()}
    return {
        "application/json": {"schema": whole},
        "multipart/form-data": {"schema": {"type": "object", "properties": form}},
    }


def _describe_field(field: InputField, *, form: bool) -> dict[str, Any]:
    described: dict[str, Any] = {"type": "string" if field.type in FILES else field.type}
    if field.description:
        described["description"] = field.description
    if field.type in FILES and form:
        described["format"] = "binary"
    elif field.type in FILES:
        place = "an https address or a base64 data address"
        described["description"] = f"{field.description}: {place}" if field.description else place
    if field.default is not None:
        described["default"] = field.default
    return described | _describe_bounds(field)


def _describe_bounds(field: InputField) -> dict[str, Any]:
    bounds: dict[str, Any] = {}
    choices = None if field.enum is None else list(field.enum)
    if field.type == "string":
        bounds = {"maxLength": field.max_length, "enum": choices}
    elif field.type == "array":
        bounds = {"maxItems": field.max_length, "items": None if choices is None else {"enum": choices}}
    return {name: bound for name, bound in bounds.items() if bound is not None}


def _describe_answer(data: str | None) -> dict[str, Any]:
    schema = RunOut.model_json_schema(ref_template="#/components/schemas/{model}")
    del schema["$defs"]
    if data is not None:
        schema["properties"] = schema["properties"] | {"data": {"$ref": data}}
    return schema


def _list_parts() -> dict[str, Any]:
    """Return the components that every answer refers to."""
    parts: dict[str, Any] = RunOut.model_json_schema(ref_template="#/components/schemas/{model}")["$defs"]
    return parts


def _to_component(schema: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the schema with its own references (`#/$defs/line`) pointing to where it will stand."""
    moved: dict[str, Any] = _move(schema, f"#/components/schemas/{name}")
    return {key: value for key, value in moved.items() if key not in {"$schema", "$id"}}


def _move(value: Any, root: str) -> Any:
    if isinstance(value, list):
        return [_move(entry, root) for entry in value]
    if not isinstance(value, Mapping):
        return value
    moved = {key: entry if key in _VERBATIM else _move(entry, root) for key, entry in value.items()}
    reference = moved.get("$ref")
    if isinstance(reference, str) and reference.startswith("#"):
        moved["$ref"] = f"{root}{reference[1:]}"
    return moved
