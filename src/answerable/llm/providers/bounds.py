"""A bound on what a provider may send: nobody's fault upstream may fill the memory here."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2

from answerable.core.errors import UpstreamFailed

LARGEST_RESPONSE = 64 * 1024 * 1024
"""Bytes of one response. A chat completion of 100,000 streamed tokens has about 20 MB, the embeddings of 2048 texts
about 33 MB."""


async def bound_response(response: httpx2.Response) -> None:
    """Make reading the response fail once it is longer than any answer; an event hook of the HTTP client."""
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = BoundedStream(response.stream, LARGEST_RESPONSE)


class BoundedStream(httpx2.AsyncByteStream):
    """Passes on another stream. Raises UpstreamFailed after `limit` bytes."""

    def __init__(self, stream: httpx2.AsyncByteStream, limit: int) -> None:
        self._stream = stream
        self._left = limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            self._left -= len(chunk)
            if self._left < 0:
                raise UpstreamFailed(
                    "The provider sent more than any answer needs.",
                    hint="Check the address in its `base_url`.",
                    code="upstream_endless",
                )
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
