"""What goes wrong at a provider: whether to try again, and our own error for it. Nothing foreign passes this file."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic_ai.exceptions import (
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestRejectedError,
    ModelRequestTimeout,
    ModelServerError,
    ModelTimeoutError,
    ModelUnavailableError,
    UserError,
)

from answerable.core.errors import (
    AnswerableError,
    DeadlineExceeded,
    ServiceError,
    SetupError,
    Unavailable,
    UpstreamFailed,
)
from answerable.llm.routing.types import RetryClass, Trouble

_PASSING = (ModelRateLimitError, ModelUnavailableError, ModelServerError, ModelConnectionError)
_LONGEST_QUOTE = 300
_DEFAULT_WAIT = 5.0
_PAGE = re.compile(r"""(['"]\s*)?<(!doctype\s+html|html)\b.*""", re.IGNORECASE | re.DOTALL)
"""A page, with the quotation mark that an SDK put before it, to the end of the text."""


_UNSIGNED: Mapping[str, str] = {
    "NoCredentialsError": "Set AWS_BEARER_TOKEN_BEDROCK, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    "DefaultCredentialsError": "Set GOOGLE_APPLICATION_CREDENTIALS to the key file of a service account.",
}
"""What to do about the clouds' own errors, by their names: importing their SDKs takes seconds."""


class SilenceError(Exception):
    """The provider sent nothing for `seconds`, which is too long."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"silent for {seconds:g} s")
        self.seconds = seconds


class BrokenOffError(Exception):
    """The stream ended without the end of the message."""


_CLASSES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], RetryClass], ...] = (
    ((SilenceError, DeadlineExceeded, ModelTimeoutError, ModelRequestTimeout), "timeout"),
    (ModelRateLimitError, "rate_limit"),
    ((ModelUnavailableError, ModelServerError), "server_error"),
    (BrokenOffError, "broken_off"),
)
"""The first that fits holds."""


def find_retry_class(error: Exception) -> RetryClass | None:
    """Return why the same request may well succeed a little later, None when it will not."""
    hint = error.provider_retry_hint if isinstance(error, ModelHTTPError) else None
    if hint is False:
        return None
    for kinds, name in _CLASSES:
        if isinstance(error, kinds):
            return name
    if isinstance(error, ModelConnectionError):
        return "connection" if error.phase in {"pool", "connect"} else "broken_off"
    if hint:
        return "server_error"
    # The base class itself means an answer that cannot be read, which gateways send when they are in trouble.
    return "broken_off" if type(error) is ModelAPIError else None


def get_retry_after(error: Exception) -> float:
    """Return the seconds that the provider asked to wait, 0 when it did not say."""
    return (error.retry_after or 0.0) if isinstance(error, ModelAPIError) else 0.0


def explain(error: Exception, name: str) -> Trouble:
    """Return what the failure of a try at the model `name` means."""
    ours = error if isinstance(error, AnswerableError) else translate(error, name)
    return Trouble(ours, find_retry_class(error), get_retry_after(error))


def translate(error: Exception, name: str) -> ServiceError:
    """Return our error for a failure of the model `name`.

    Quotes the provider's own message only where it speaks of the request: a message about a key may hold a
    part of it.
    """
    if isinstance(error, SilenceError):
        return UpstreamFailed(
            f"{name} stopped answering: nothing came for {error.seconds:.3g} s.",
            hint="Ask again.",
            code="upstream_stalled",
        )
    if isinstance(error, BrokenOffError):
        return UpstreamFailed(
            f"The answer of {name} broke off before its end.", hint="Ask again.", code="upstream_broke_off"
        )
    if isinstance(error, UserError):
        return SetupError(f"The model {name} cannot be used as it is configured: {_clip(str(error))}")
    if isinstance(error, ModelAPIError):
        return _passing(error, name) if isinstance(error, _PASSING) else _refused(error, name)
    if type(error).__name__ in _UNSIGNED:
        return SetupError(
            f"The machine has no credentials for {name}: {_clip(str(error))}",
            hint=_UNSIGNED[type(error).__name__],
        )
    return UpstreamFailed(f"The call of {name} failed: {type(error).__name__}: {_clip(str(error))}")


def find_ours(error: BaseException) -> AnswerableError | None:
    """Return our own error under those that an SDK put around it, such as one of the bound on a response."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, AnswerableError):
        cause = cause.__cause__
    return cause


def endless_answer(name: str) -> UpstreamFailed:
    return UpstreamFailed(
        f"{name} does not stop: it sent far more than `max_tokens` allows.",
        hint="Ask again, or choose another model.",
        code="upstream_endless",
    )


def empty_answer(name: str, reason: str) -> UpstreamFailed:
    """Return the error for an answer without text, by the reason that the provider gave for its end."""
    if reason == "content_filter":
        return UpstreamFailed(
            f"The provider of {name} withheld the answer by its content filter.",
            hint="Ask in other words, or choose another model.",
            code="upstream_filtered",
        )
    if reason == "length":
        return UpstreamFailed(
            f"{name} used up `max_tokens` before it wrote any text.",
            hint="Raise max_tokens: a model that thinks first needs room for it.",
            code="upstream_empty",
        )
    return UpstreamFailed(f"{name} gave an empty answer.", hint="Ask again.", code="upstream_empty")


def _passing(error: ModelAPIError, name: str) -> ServiceError:
    if isinstance(error, ModelRateLimitError):
        wait = error.retry_after or _DEFAULT_WAIT
        hint = f"Try again in {wait:g} s, or raise the limit at the provider."
        return Unavailable(
            f"{name} is over its provider's rate limit.",
            retry_after=wait,
            hint=hint,
            code="upstream_rate_limited",
        )
    if isinstance(error, ModelUnavailableError):
        return Unavailable(
            f"{name} is not available: {_quote(error)}", retry_after=error.retry_after or _DEFAULT_WAIT
        )
    if not isinstance(error, ModelConnectionError):
        return UpstreamFailed(
            f"The provider of {name} had an error: {_quote(error)}", hint="Ask again later."
        )
    if error.phase in {"pool", "connect"}:
        hint = "Check that the address in its `base_url` is right and can be reached from here."
        return Unavailable(
            f"The provider of {name} cannot be reached.", hint=hint, code="upstream_unreachable"
        )
    return UpstreamFailed(f"The connection to {name} was lost.", hint="Ask again.", code="upstream_broke_off")


def _refused(error: ModelAPIError, name: str) -> ServiceError:
    provider = name.partition(":")[0]
    if isinstance(error, ModelAuthenticationError):
        hint = f"Check the API key of the provider {provider!r} and what it may use."
        return UpstreamFailed(
            f"The provider of {name} refused the key.", hint=hint, code="upstream_refused_key"
        )
    if isinstance(error, ModelQuotaExceededError):
        return UpstreamFailed(
            f"The account for {name} has no credit or quota left.",
            hint="Top it up at the provider, or choose another model.",
            code="upstream_out_of_quota",
        )
    if isinstance(error, ModelContextWindowExceededError):
        return UpstreamFailed(
            f"The prompt is longer than {name} takes.",
            hint="Put fewer or shorter sources into the prompt, or choose a model with a larger window.",
            code="upstream_prompt_too_long",
        )
    if isinstance(error, ModelNotFoundError):
        hint = f"Check the model's name at the provider {provider!r}, and its `base_url`."
        return UpstreamFailed(f"The provider does not know {name}.", hint=hint, code="upstream_unknown_model")
    if isinstance(error, ModelRequestRejectedError):
        return UpstreamFailed(f"{name} rejected the request: {_quote(error)}", code="upstream_rejected")
    return UpstreamFailed(
        f"{name} sent what cannot be read: {_quote(error)}",
        hint=f"Ask again; when that does not help, check the `base_url` of the provider {provider!r}.",
        code="upstream_unreadable",
    )


def _quote(error: ModelAPIError) -> str:
    """Return what the provider itself says, without the SDK's dressing."""
    body = error.body
    if isinstance(body, Mapping):
        inner = body.get("error", body)
        message = inner.get("message") if isinstance(inner, Mapping) else inner
        if isinstance(message, str):
            return _clip(message)
    if isinstance(body, str) and isinstance(error, ModelHTTPError):
        said = "an HTML page" if body.lstrip().startswith("<") else _clip(body)
        return f"{said} with the status {error.status_code}"
    return _clip(error.message)


def _clip(text: str) -> str:
    """Return the text on one line and short; of a web page, which proxies and sign-ins send, only that it was one."""
    text = " ".join(_PAGE.sub("an HTML page", text).split())
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"
