"""Asking a provider which models it has."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from answerable.core.errors import ServiceError, Unavailable, UpstreamFailed
from answerable.llm.providers.types import Available

_SECONDS = 5.0
_NO_SUCH_LIST = frozenset({404, 405, 501})


async def list_available(provider: str, ask: Callable[[], Awaitable[Available]]) -> Available | None:
    """Return the models, None where the provider has no such list. Raises ServiceError, after 5 s at the latest."""
    try:
        async with asyncio.timeout(_SECONDS):
            return await ask()
    except TimeoutError as error:
        raise _unreachable(provider, f"did not say within {_SECONDS:g} s which models it has") from error
    except Exception as error:
        # Every SDK has errors of its own; what they share is a status, or that there was none.
        status = _find_status(error)
        if status in _NO_SUCH_LIST:
            return None
        raise _explain(provider, status) from error


def _explain(provider: str, status: int | None) -> ServiceError:
    if status is None:
        return _unreachable(provider, "cannot be asked which models it has")
    if status in {401, 403}:
        return UpstreamFailed(
            f"The provider {provider!r} refused the key.",
            hint=f"Check the API key of the provider {provider!r}.",
            code="upstream_refused_key",
        )
    return UpstreamFailed(
        f"The provider {provider!r} answered with status {status}.", hint="Try again in a while."
    )


def _unreachable(provider: str, what: str) -> Unavailable:
    return Unavailable(
        f"The provider {provider!r} {what}.",
        hint="Check that the address in its `base_url` is right and can be reached from here.",
        code="upstream_unreachable",
    )


def _find_status(error: Exception) -> int | None:
    """Return the HTTP status that an SDK's error carries: OpenAI's and Anthropic's as one, Google's as the other."""
    for name in ("status_code", "code"):
        value = getattr(error, name, None)
        if isinstance(value, int):
            return value
    return None
