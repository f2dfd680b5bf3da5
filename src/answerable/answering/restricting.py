"""What a caller of one app may ask: a browser's session, which anybody who looks into the page could use otherwise."""

from __future__ import annotations

from dataclasses import replace

from answerable.answering.types import Caller, RunRequest
from answerable.core.errors import Forbidden


def restrict(request: RunRequest, caller: Caller) -> RunRequest:
    """Return the request, to the caller's one app where it has only one.

    Raises Forbidden when the request names another app or variant, or another collection than the app's.
    """
    if caller.only_app is None:
        return request
    if request.app not in {None, caller.only_app}:
        raise Forbidden(
            f"This session may ask {caller.only_app!r} alone.", hint="Leave `app` out.", code="session_app"
        )
    if request.collection is not None:
        raise Forbidden(
            "A session searches what its app does.", hint="Leave `collection` out.", code="session_collection"
        )
    return replace(request, app=caller.only_app)
