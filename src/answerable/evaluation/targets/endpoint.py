"""One POST of JSON to a foreign address: its errors as ours, its passing ones tried again."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from typing import Any, Final

import httpx

from answerable.core.errors import InvalidInput, SetupError, Unavailable, UpstreamFailed

_PAUSES: Final = (0.5, 2.0, 8.0)
"""Seconds before each try after the first, where the address does not say how long to wait."""
_LONGEST_PAUSE: Final = 60.0
_MAX_BYTES: Final = 20 << 20
_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
_REFUSING: Final = frozenset({401, 403, 404, 405})
"""Would come for every example alike."""
_SHOWN: Final = 300


class Endpoint:
    """An address that takes JSON. `client` is the caller's, and has its time limits."""

    def __init__(self, client: httpx.AsyncClient, url: str, headers: Mapping[str, str]) -> None:
        self._client = client
        self._url = url
        self._headers = dict(headers)

    async def post(self, body: Any) -> Any:
        """Return the JSON of the answer.

        Raises Unavailable when the address is away after several tries, SetupError when it refuses to be asked at all,
        InvalidInput when it refuses this very body, and UpstreamFailed for what is no JSON.
        """
        for pause in (*_PAUSES, None):
            response = await self._send(body, last=pause is None)
            if response is not None and (response.status_code not in _PASSING or pause is None):
                return self._read(response)
            assert pause is not None
            await asyncio.sleep(_find_pause(response, pause))
        raise AssertionError("the last try returns or raises")

    async def _send(self, body: Any, *, last: bool) -> httpx.Response | None:
        try:
            return await self._client.post(self._url, json=body, headers=self._headers)
        except httpx.TransportError as error:
            if not last:
                return None
            raise Unavailable(
                f"{self._url} cannot be reached: {error or type(error).__name__}.", code="target_away"
            ) from error

    def _read(self, response: httpx.Response) -> Any:
        status, said = response.status_code, response.text[:_SHOWN]
        if status in _PASSING:
            raise Unavailable(f"{self._url} answered {status}: {said}", code="target_away")
        if status in _REFUSING:
            raise SetupError(
                f"{self._url} answered {status}: {said}",
                hint="Check the address and the key.",
                code="target_refuses",
            )
        if status >= 400:
            raise InvalidInput(f"It answered {status}: {said}", code="target_failed")
        if len(response.content) > _MAX_BYTES:
            raise UpstreamFailed(f"Its answer has more than {_MAX_BYTES:,} bytes.", code="no_output")
        try:
            return response.json()
        except ValueError as error:
            raise UpstreamFailed(f"Its answer is no JSON: {said}", code="no_output") from error


def _find_pause(response: httpx.Response | None, usual: float) -> float:
    """Return the seconds that the address asks to wait, where it does; an HTTP date is taken for none."""
    if response is None:
        return usual
    try:
        asked = float(response.headers.get("retry-after", ""))
    except ValueError:
        return usual
    return min(max(asked, 0.0), _LONGEST_PAUSE) if math.isfinite(asked) else usual
