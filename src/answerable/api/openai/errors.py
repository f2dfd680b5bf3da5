"""Errors as an OpenAI client expects them: `{"error": {message, type, param, code}}`.

A body that does not follow the wire format is a 400 here, as with OpenAI; every other error keeps its status. Codes are
ours, but for the few that programs written for OpenAI compare.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from answerable.api.disconnects import CLIENT_CLOSED, ClientGoneError
from answerable.api.origins import find_remote
from answerable.api.problems import unforeseen_problem
from answerable.core.errors import AnswerableError, InvalidInput
from answerable.core.ids import new_trace_id

REQUEST_ID = "X-Request-Id"

_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
_CODES = {
    "unauthenticated": "invalid_api_key",
    "unknown_app": "model_not_found",
    "unknown_variant": "model_not_found",
    "rate_limited": "rate_limit_exceeded",
    "budget_exhausted": "insufficient_quota",
}
_PARAMS = {"model_not_found": "model"}
_FIELD = re.compile(r"[A-Za-z][\w-]*")
_SPENT = "insufficient_quota"
"""nginx's status for a caller that went away; nobody reads it."""


class BadRequest(InvalidInput):
    """The body does not follow the wire format; `param` is the place, `messages[0].content`."""

    status = 400

    def __init__(
        self, detail: str, *, param: str | None, hint: str | None = None, code: str = "invalid_input"
    ) -> None:
        super().__init__(detail, hint=hint, code=code)
        self.param = param


class OpenAIRoute(APIRoute):
    """A route that answers every error in OpenAI's envelope: also those of the key, the limit and the body.

    Every answer carries `X-Request-Id`, which is the id of the trace where the request came to a run.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_in_envelope(request: Request) -> Response:
            remote = find_remote(request)
            request.state.trace_id = new_trace_id() if remote is None else remote.trace_id
            try:
                response = await handle(request)
            except ClientGoneError:
                response = Response(status_code=CLIENT_CLOSED)
            except Exception as error:
                response = to_response(error, f"{request.method} {request.url.path}")
            response.headers[REQUEST_ID] = request.state.trace_id
            return response

        return handle_in_envelope


def to_response(error: Exception, request: str) -> Response:
    """Return the answer to a request that failed; `request` is what the log calls it."""
    status, body = to_envelope(error, request)
    headers: dict[str, str] = {}
    retry_after: float | None = getattr(error, "retry_after", None)
    if retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(retry_after)))
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if body["error"]["code"] == _SPENT:
        headers["X-Should-Retry"] = (
            "false"  # OpenAI's own clients heed it: a spent budget is not back in seconds
        )
    return JSONResponse(body, status, headers)


def to_envelope(error: Exception, request: str) -> tuple[int, dict[str, Any]]:
    """Return the status and the envelope of any error; one that is none of ours is logged and says no more."""
    if isinstance(error, RequestValidationError):
        error = _to_bad_request(error)
    if isinstance(error, HTTPException) and isinstance(error.__cause__, AnswerableError):
        error = error.__cause__  # one of ours, such as a body over its bound, in their wrapping
    if isinstance(error, AnswerableError):
        param: str | None = getattr(error, "param", None)
        return error.status, _envelope(error.status, str(error), error.code, param)
    if isinstance(error, HTTPException):
        return error.status_code, _envelope(error.status_code, str(error.detail), "http_error")
    problem = unforeseen_problem(request, error)
    return 500, _envelope(500, f"{problem['detail']} {problem['hint']}", problem["code"])


def _envelope(status: int, message: str, code: str, param: str | None = None) -> dict[str, Any]:
    kind = _TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    code = _CODES.get(code, code)
    return {"error": {"message": message, "type": kind, "param": param or _PARAMS.get(code), "code": code}}


def _to_bad_request(error: RequestValidationError) -> BadRequest:
    """Return the error that looked deepest: the other branches of a union only say that they were not meant."""
    deepest: Mapping[str, Any] = max(error.errors(), key=lambda problem: len(problem["loc"]))
    if deepest["type"] == "json_invalid":
        return BadRequest("The body is not JSON.", param=None)
    param = _to_param(deepest["loc"])
    return BadRequest(f"{param or 'body'}: {deepest['msg']}.", param=param or None)


def _to_param(loc: tuple[int | str, ...]) -> str:
    """Return the place as OpenAI writes it, `messages[0].content`; it ends where the names of types begin."""
    param = ""
    for part in loc[1:]:
        if isinstance(part, int):
            param += f"[{part}]"
        elif _FIELD.fullmatch(part) and part != "str":
            param += f".{part}" if param else part
        else:
            break
    return param
