"""What goes wrong at a provider, put into our own errors; nothing foreign passes this file."""

from __future__ import annotations

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
    ModelServerError,
    ModelUnavailableError,
    UserError,
)
from pydantic_ai.messages import FinishReason

from answerable.core.errors import ServiceError, SetupError, Unavailable, UpstreamFailed

_PASSING = (ModelRateLimitError, ModelUnavailableError, ModelServerError, ModelConnectionError)
_LONGEST_QUOTE = 300
_DEFAULT_WAIT = 5.0


class SilenceError(Exception):
    """The provider sent nothing for `seconds`, which is too long."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"silent for {seconds:g} s")
        self.seconds = seconds


class BrokenOffError(Exception):
    """The stream ended without the end of the message."""


def is_passing(error: Exception) -> bool:
    """Say whether the same request may well succeed a little later."""
    if isinstance(error, SilenceError | BrokenOffError):
        return True
    if isinstance(error, ModelHTTPError) and error.provider_retry_hint is not None:
        return error.provider_retry_hint
    # The base class itself means an answer that cannot be read, which gateways send when they are in trouble.
    return isinstance(error, _PASSING) or type(error) is ModelAPIError


def get_retry_after(error: Exception) -> float:
    """Return the seconds that the provider asked to wait, 0 when it did not say."""
    return (error.retry_after or 0.0) if isinstance(error, ModelAPIError) else 0.0


def translate(error: Exception, name: str) -> ServiceError:
    """Return our error for a failure of the model `name`.

    Quotes the provider's own message only where it speaks of the request: a message about a key may hold a
    part of it.
    """
    if isinstance(error, SilenceError):
        return UpstreamFailed(
            f"{name} stopped answering: nothing came for {error.seconds:g} s.",
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
    return UpstreamFailed(f"The call of {name} failed: {type(error).__name__}: {_clip(str(error))}")


def empty_answer(name: str, reason: FinishReason) -> UpstreamFailed:
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
        f"{name} sent what cannot be read: {_quote(error)}", hint="Ask again.", code="upstream_unreadable"
    )


def _quote(error: ModelAPIError) -> str:
    """Return what the provider itself says, without the SDK's dressing."""
    body = error.body
    if isinstance(body, Mapping):
        inner = body.get("error", body)
        message = inner.get("message") if isinstance(inner, Mapping) else inner
        if isinstance(message, str):
            return _clip(message)
    return _clip(error.message)


def _clip(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"
