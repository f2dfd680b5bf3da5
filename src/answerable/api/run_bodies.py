"""The body of `POST /v1/apps/{app}/run`: JSON, or a form with files. Both become the same value."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError
from starlette.datastructures import UploadFile

from answerable.answering.fields import FILES, read_bytes, read_text
from answerable.answering.media.types import MediaLimits
from answerable.api.bodies import RequestBody
from answerable.apps.content import InputField
from answerable.core.errors import FieldProblem, InvalidFields, InvalidInput, TooLarge

Fields = Mapping[str, InputField]

MAX_FILE_BYTES = MediaLimits().max_bytes
_DATA_ADDRESS = re.compile(r"data:[^,]*;base64,")
_MAX_FILES = 32
_MAX_FORM_FIELDS = 200


class RunBody(RequestBody):
    """What a request to an app says, whatever the app declares."""

    input: dict[str, Any] = Field({})
    stream: bool = Field(
        False, description="answer with server-sent events: `delta`*, then `done` or `error`"
    )
    user: str | None = Field(None, max_length=200, description="who asks, in the words of your system")
    conversation_id: str | None = Field(
        None, max_length=200, description="an earlier answer's, to follow up on it"
    )
    max_tokens: int | None = Field(None, ge=1, le=100_000, description="longest answer; else the variant's")
    fresh: bool = Field(False, description="pass the cache by")


async def read_body(request: Request, fields: Fields) -> RunBody:
    """Read and check everything but the input itself. Raises RequestValidationError, InvalidInput and TooLarge."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return _validate(await _read_form(request, fields))
    if kind in {"", "application/json"} or kind.endswith("+json"):
        return _unpack_files(_validate(_parse_json(await request.body())), fields)
    raise InvalidInput(
        f"A body of the type {kind!r} is not read here.",
        hint="Send application/json, or multipart/form-data with files.",
    )


def _parse_json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"The body is not JSON: {error}.", hint='Send {"input": {...}}.') from error


def _validate(body: Any) -> RunBody:
    try:
        return RunBody.model_validate(body)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


def _unpack_files(body: RunBody, fields: Fields) -> RunBody:
    """Return the body with its base64 data addresses as bytes, which is what files are from here on."""
    files = {
        name: _unpack(value)
        for name, value in body.input.items()
        if isinstance(value, str) and name in fields and fields[name].type in FILES
    }
    return body.model_copy(update={"input": body.input | files}) if files else body


def _unpack(address: str) -> bytes | str:
    match = _DATA_ADDRESS.match(address)
    if match is None:
        return address
    try:
        return base64.b64decode(address[match.end() :], validate=True)
    except ValueError:
        return address  # whoever loads it says what is wrong


async def _read_form(request: Request, fields: Fields) -> dict[str, Any]:
    """Return the form as the JSON body would be.

    Files and other declared fields stand under their own names. `input` may hold a JSON object with more of them,
    such as those that are called like an option.
    """
    async with request.form(max_files=_MAX_FILES, max_fields=_MAX_FORM_FIELDS) as form:
        body: dict[str, Any] = {}
        values: dict[str, Any] = {}
        for name in dict.fromkeys(form):
            parts = form.getlist(name)
            if name == "input":
                values |= _read_object(parts[-1])
            elif name in RunBody.model_fields:
                body[name] = parts[-1]
            else:
                values[name] = await _read_field(name, parts, fields.get(name))
    return {**body, "input": values}


def _read_object(part: UploadFile | str) -> dict[str, Any]:
    value = _parse_json(part.encode(errors="replace")) if isinstance(part, str) else None
    if not isinstance(value, dict):
        raise InvalidInput(
            "The form's field `input` is not a JSON object.", hint='Write it as {"note": "new"}.'
        )
    return value


async def _read_field(name: str, parts: Sequence[UploadFile | str], field: InputField | None) -> Any:
    values = [
        read_text(field, part) if isinstance(part, str) else read_bytes(field, await _read_file(name, part))
        for part in parts
    ]
    if len(values) == 1:
        return values[0]
    if field is not None and field.type == "array":
        return values
    raise InvalidFields("The form does not fit the app", [FieldProblem(name, "It is there more than once.")])


async def _read_file(name: str, file: UploadFile) -> bytes:
    if (file.size or 0) > MAX_FILE_BYTES:
        raise TooLarge(
            f"The file in {name!r} has {file.size} bytes.",
            hint=f"Send at most {MAX_FILE_BYTES} bytes a file.",
        )
    return await file.read()
