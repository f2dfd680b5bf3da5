"""Errors as problem details (RFC 9457), rendered in one place."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from answerable.api.disconnects import CLIENT_CLOSED, ClientGoneError
from answerable.core.errors import AnswerableError, FieldProblem, InvalidInput

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger(__name__)


def to_problem(error: AnswerableError) -> dict[str, Any]:
    """Return the body: `type`, `title`, `status`, `detail`, and our `code` (stable) and `hint` (what to do).

    The error of a run names its trace; InvalidFields has its `errors`, a field each.
    """
    problem: dict[str, Any] = {
        "type": f"urn:answerable:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
    }
    if error.hint:
        problem["hint"] = error.hint
    problems: Sequence[FieldProblem] = getattr(error, "problems", ())
    if problems:
        problem["errors"] = [{"at": one.at, "problem": one.problem} for one in problems]
    if error.trace_id is not None:
        problem["trace_id"] = error.trace_id
    return problem


def unforeseen_problem(request: str, error: Exception) -> dict[str, Any]:
    """Log an error that is none of ours, and return the body that says no more than that there was one."""
    _log.error("%s failed", request, exc_info=error)
    return {
        "type": "urn:answerable:problem:internal",
        "title": "Something went wrong here",
        "status": 500,
        "detail": "The server met an error that it did not foresee.",
        "code": "internal",
        "hint": "The server's log has the details.",
    }


def install_handlers(app: FastAPI) -> None:
    """Make every error of every route a problem document."""
    app.add_exception_handler(AnswerableError, _answerable_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(ClientGoneError, _client_gone)
    app.add_exception_handler(Exception, _unforeseen_error)


async def _client_gone(request: Request, error: Exception) -> Response:
    """Nobody reads this; 499 is what the logs of proxies say of it."""
    del request, error
    return Response(status_code=CLIENT_CLOSED)


async def _answerable_error(request: Request, error: Exception) -> JSONResponse:
    del request
    assert isinstance(error, AnswerableError)
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
    retry_after: float | None = getattr(error, "retry_after", None)
    if retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(retry_after)))
    return JSONResponse(to_problem(error), error.status, headers, MEDIA_TYPE)


async def _validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    if isinstance(error.body, bytes):  # which FastAPI passes on unread where the header does not say JSON
        return await _answerable_error(request, _not_sent_as_json(request))
    places = [_describe(problem) for problem in error.errors()]
    body = {
        "type": "urn:answerable:problem:invalid_input",
        "title": "The request is not acceptable",
        "status": 422,
        "detail": "; ".join(f"{place['at']}: {place['problem']}" for place in places),
        "code": "invalid_input",
        "hint": "Correct the named fields; the schema is at /openapi.json.",
        "errors": places,
    }
    return JSONResponse(body, 422, media_type=MEDIA_TYPE)


def _not_sent_as_json(request: Request) -> InvalidInput:
    sent = request.headers.get("content-type")
    return InvalidInput(
        f"body: It was sent as {sent}." if sent else "body: It was sent without a Content-Type.",
        hint="Send JSON with the header `Content-Type: application/json`.",
    )


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if isinstance(
        error.__cause__, AnswerableError
    ):  # one of ours, such as a body over its bound, in their wrapping
        return await _answerable_error(request, error.__cause__)
    if isinstance(error.__cause__, UnicodeDecodeError):
        unread = InvalidInput(f"body: It is not UTF-8: {error.__cause__}.", hint="Send JSON in UTF-8.")
        return await _answerable_error(request, unread)
    body = {
        "type": "about:blank",
        "title": str(error.detail),
        "status": error.status_code,
        "detail": f"{request.method} {request.url.path}: {error.detail}",
        "code": {404: "not_found", 405: "method_not_allowed", 413: "too_large"}.get(
            error.status_code, "http_error"
        ),
    }
    return JSONResponse(body, error.status_code, error.headers, MEDIA_TYPE)


async def _unforeseen_error(request: Request, error: Exception) -> JSONResponse:
    body = unforeseen_problem(f"{request.method} {request.url.path}", error)
    return JSONResponse(body, 500, media_type=MEDIA_TYPE)


def _describe(problem: Mapping[str, Any]) -> dict[str, str]:
    """Return where a value is wrong and why; of a body that is no JSON, after how many characters."""
    if problem["type"] == "json_invalid":
        reason = str(problem["ctx"]["error"]).rstrip(".")
        return {"at": "body", "problem": f"It is not JSON: {reason}, after {problem['loc'][-1]} characters."}
    return {"at": _place(problem["loc"]), "problem": problem["msg"]}


def _place(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc if part != "body") or "body"
