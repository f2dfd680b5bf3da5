"""Every error becomes OpenAI's envelope, with the codes that its clients compare."""

from __future__ import annotations

import json

import pytest
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from answerable.api.openai.errors import to_envelope, to_response
from answerable.core.errors import (
    AnswerableError,
    Conflict,
    InvalidInput,
    NotFound,
    RateLimited,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UpstreamFailed,
)


@pytest.mark.parametrize(
    ("error", "status", "kind", "code"),
    [
        (Unauthenticated("No key."), 401, "authentication_error", "invalid_api_key"),
        (NotFound("No app.", code="unknown_app"), 404, "invalid_request_error", "model_not_found"),
        (NotFound("No variant.", code="unknown_variant"), 404, "invalid_request_error", "model_not_found"),
        (InvalidInput("Bad.", code="needs_fields"), 422, "invalid_request_error", "needs_fields"),
        (Conflict("Changed."), 409, "invalid_request_error", "conflict"),
        (RateLimited("Slow.", retry_after=0.2), 429, "rate_limit_error", "rate_limit_exceeded"),
        (UpstreamFailed("Down."), 502, "server_error", "upstream_failed"),
        (Unavailable("Away.", retry_after=1), 503, "server_error", "unavailable"),
    ],
)
def test_an_error_of_ours(error: AnswerableError, status: int, kind: str, code: str) -> None:
    found, body = to_envelope(error, "POST /x")
    assert (found, body["error"]["type"], body["error"]["code"]) == (status, kind, code)
    assert body["error"]["message"] == error.detail


def test_a_wait_is_whole_seconds_and_at_least_one() -> None:
    assert to_response(RateLimited("Slow.", retry_after=0.2), "GET /x").headers["retry-after"] == "1"
    assert to_response(Unavailable("Away.", retry_after=2.1), "GET /x").headers["retry-after"] == "3"


@pytest.mark.parametrize(
    ("loc", "param"),
    [
        (("body", "temperature"), "temperature"),
        (("body", "messages", 3, "content", "str"), "messages[3].content"),
        (("body", "messages", 0, "content", "list[tagged-union[...]]", 1), "messages[0].content"),
        (("body", "metadata", "conversation_id"), "metadata.conversation_id"),
        (("header", "x-conversation-id"), "x-conversation-id"),
        (("body",), None),
    ],
)
def test_the_place_is_written_as_openai_writes_it(loc: tuple[str | int, ...], param: str | None) -> None:
    error = RequestValidationError([{"type": "value_error", "loc": loc, "msg": "is wrong", "input": 1}])
    status, body = to_envelope(error, "POST /x")
    assert (status, body["error"]["param"]) == (400, param)


def test_an_error_in_the_frameworks_wrapping_is_the_one_inside() -> None:
    wrapped = HTTPException(400, "There was an error parsing the body")
    wrapped.__cause__ = TooLarge("Too much.")
    assert to_envelope(wrapped, "POST /x")[0] == 413
    assert to_envelope(HTTPException(400, "no body"), "POST /x")[1]["error"]["message"] == "no body"


def test_an_unforeseen_error_says_nothing_of_itself(caplog: pytest.LogCaptureFixture) -> None:
    response = to_response(KeyError("secret"), "POST /x")
    assert response.status_code == 500
    assert "secret" not in json.loads(bytes(response.body))["error"]["message"]
    assert "POST /x" in caplog.text
