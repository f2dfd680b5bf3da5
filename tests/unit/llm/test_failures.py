"""Which failures may pass, and why: the classes that a variant's `retry` names."""

from __future__ import annotations

import pytest
from pydantic_ai.exceptions import (
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelOverloadedError,
    ModelRateLimitError,
    ModelRequestRejectedError,
    ModelServerError,
    ModelTimeoutError,
)

from answerable.core.errors import DeadlineExceeded, InvalidInput, UpstreamFailed
from answerable.llm.failures import BrokenOffError, SilenceError, explain, find_retry_class

UNAVAILABLE_FOR_GOOD = ModelHTTPError.for_category(
    ModelServerError, status_code=500, model_name="m", headers={"x-should-retry": "false"}
)
CONFLICT_THAT_PASSES = ModelHTTPError(409, "m", headers={"x-should-retry": "true"})


@pytest.mark.parametrize(
    ("error", "retry"),
    [
        (ModelRateLimitError("m", "slow down"), "rate_limit"),
        (ModelServerError("m", "it broke"), "server_error"),
        (ModelOverloadedError("m", "busy"), "server_error"),
        (CONFLICT_THAT_PASSES, "server_error"),
        (ModelConnectionError("m", "refused", phase="connect"), "connection"),
        (ModelConnectionError("m", "reset", phase="read"), "broken_off"),
        (ModelTimeoutError("m", "too slow", phase="connect"), "timeout"),
        (SilenceError(30), "timeout"),
        (DeadlineExceeded("an attempt's own"), "timeout"),
        (BrokenOffError(), "broken_off"),
        (ModelAPIError("m", "<html>"), "broken_off"),
        (UNAVAILABLE_FOR_GOOD, None),
        (ModelAuthenticationError("m", "wrong key"), None),
        (ModelRequestRejectedError("m", "no such parameter"), None),
        (ModelContextWindowExceededError("m", "too long"), None),
        (UpstreamFailed("empty"), None),
        (TypeError("ours"), None),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_the_class_of_a_failure(error: Exception, retry: str | None) -> None:
    assert find_retry_class(error) == retry


def test_an_error_of_ours_stays_itself_and_a_foreign_one_becomes_ours() -> None:
    blind = InvalidInput("It takes no images.")
    assert explain(blind, "p:m").error is blind

    limited = explain(ModelRateLimitError("m", "slow down", retry_after=7.0), "p:m")
    assert (limited.error.code, limited.retry, limited.retry_after) == (
        "upstream_rate_limited",
        "rate_limit",
        7.0,
    )
    assert isinstance(explain(TypeError("ours"), "p:m").error, UpstreamFailed)
