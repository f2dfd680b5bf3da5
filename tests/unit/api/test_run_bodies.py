"""Bodies of requests to apps: JSON and forms that mean the same."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest
from fastapi import Request
from fastapi.exceptions import RequestValidationError

from answerable.api.run_bodies import RunBody, read_body
from answerable.apps.content import InputField
from answerable.core.errors import InvalidInput

FIELDS = {
    "photo": InputField(type="image"),
    "note": InputField(),
    "count": InputField(type="integer"),
    "loud": InputField(type="boolean"),
    "tags": InputField(type="array"),
    "stream": InputField(),
}


async def read(**sent: Any) -> RunBody:
    """Return what a request that httpx would send so is read as."""
    request = httpx.Request("POST", "http://test/v1/apps/a/run", **sent)
    body = request.read()
    headers = [(name.lower(), value) for name, value in request.headers.raw]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return await read_body(Request({"type": "http", "method": "POST", "headers": headers}, receive), FIELDS)


async def test_json_and_a_form_mean_the_same() -> None:
    address = "data:image/png;base64," + base64.b64encode(b"png").decode()
    given = {"photo": address, "note": "new", "count": 3, "loud": True, "tags": ["a", "b"]}
    options = {"stream": True, "user": "u1", "max_tokens": 5}

    by_json = await read(json={"input": given, **options})
    by_form = await read(
        files=[("photo", ("a.png", b"png", "image/png"))],
        data={"note": "new", "count": "3", "loud": "true", "tags": '["a", "b"]', "stream": "true", "user": "u1",
              "max_tokens": "5"},
    )  # fmt: skip

    assert by_json == by_form
    assert by_form.input == {"photo": b"png", "note": "new", "count": 3, "loud": True, "tags": ["a", "b"]}


async def test_a_field_that_is_called_like_an_option_stands_in_the_input() -> None:
    body = await read(files={"input": (None, json.dumps({"stream": "of words"})), "note": (None, "x")})
    assert body.input == {"stream": "of words", "note": "x"}
    assert not body.stream


async def test_a_list_may_be_given_entry_by_entry() -> None:
    body = await read(files=[("tags", (None, "a")), ("tags", (None, "b"))])
    assert body.input == {"tags": ["a", "b"]}


async def test_addresses_stay_addresses() -> None:
    given = {"photo": "https://example.com/a.png", "note": "data:text/plain;base64,QUJD"}
    assert (await read(json={"input": given})).input == given


async def test_what_is_no_base64_is_left_to_the_loader() -> None:
    given = {"photo": "data:image/png;base64,***"}
    assert (await read(json={"input": given})).input == given


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"content": b"{not json", "headers": {"content-type": "application/json"}}, "invalid_input"),
        ({"content": b"[" * 100_000, "headers": {"content-type": "application/json"}}, "invalid_input"),
        ({"content": b"\xff\xfe\x00", "headers": {"content-type": "application/json"}}, "invalid_input"),
        ({"content": b"a=b", "headers": {"content-type": "text/plain"}}, "invalid_input"),
        ({"files": {"input": (None, "[1]")}}, "invalid_input"),
        ({"files": [("note", (None, "a")), ("note", (None, "b"))]}, "invalid_input"),
    ],
)
async def test_what_is_no_body_is_the_callers_error(sent: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await read(**sent)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "body", [[], {"input": []}, {"inputs": {}}, {"max_tokens": 0}, {"user": "x" * 201}, {"user": "\ud800"}]
)
async def test_a_wrong_option_is_named(body: Any) -> None:
    with pytest.raises(RequestValidationError):
        await read(content=json.dumps(body), headers={"content-type": "application/json"})


async def test_lone_surrogates_come_through_to_be_cleaned() -> None:
    body = await read(
        content=rb'{"input": {"note": "a\ud800"}}', headers={"content-type": "application/json"}
    )
    assert body.input == {"note": "a\ud800"}
