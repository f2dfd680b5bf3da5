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

from answerable.core.errors import DeadlineExceeded, InvalidInput, SetupError, UpstreamFailed
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


def test_a_page_in_place_of_an_error_is_named_and_not_quoted() -> None:
    error = ModelHTTPError.for_category(
        ModelServerError, status_code=502, model_name="m", body="<html><h1>Bad Gateway</h1></html>"
    )
    assert explain(error, "p:m").error.detail == (
        "The provider of p:m had an error: an HTML page with the status 502"
    )


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            ModelAPIError("m", "Expected a JSON response, got: '<!doctype html>\n<html><b>Sign in'"),
            "got: an HTML page",
        ),
        (ModelAPIError("m", "Unreadable: <HTML lang=en>" + "x" * 400), "Unreadable: an HTML page"),
        (ModelHTTPError(400, "m", {"error": {"message": "<html><h1>Bad</h1></html>"}}), "an HTML page"),
        (ModelHTTPError(400, "m", {"error": "the tag <htmlx> is unknown"}), "the tag <htmlx> is unknown"),
    ],
)
def test_a_page_is_not_quoted_wherever_it_stands(error: Exception, said: str) -> None:
    detail = explain(error, "p:m").error.detail
    assert detail.replace('"', "").rstrip(".").endswith(said), detail


def test_what_cannot_be_read_may_come_from_the_wrong_address() -> None:
    unreadable = explain(ModelAPIError("m", "Expected JSON"), "p:m").error
    assert unreadable.code == "upstream_unreadable"
    assert "`base_url` of the provider 'p'" in str(unreadable.hint)


class NoCredentialsError(Exception):
    """As the AWS SDK calls it."""


def test_a_cloud_without_credentials_says_which_to_set() -> None:
    error = explain(NoCredentialsError("Unable to locate credentials"), "bedrock:m").error
    assert isinstance(error, SetupError)
    assert "AWS_BEARER_TOKEN_BEDROCK" in str(error.hint)
