"""Files on their way to a model, loaded off the event loop and a few at a time."""

from __future__ import annotations

import asyncio

from answerable.answering.media.documents import draw_pages, is_pdf
from answerable.answering.media.images import recode_image
from answerable.answering.media.inputs import read_input
from answerable.answering.media.types import BadDocument, BadImage, MediaLimits
from answerable.knowledge.sources.types import WebLimits
from answerable.llm.types import Image


class MediaLoader:
    """Makes safe, re-encoded images of what somebody sent: bytes, an http(s) address, a base64 `data:` address.

    What a file is, its content says: its name and its declared type count for nothing.
    """

    def __init__(self, web: WebLimits | None = None, *, limits: MediaLimits | None = None) -> None:
        self._web = web or WebLimits()
        self._limits = limits or MediaLimits()
        self._images = asyncio.Semaphore(self._limits.at_once)
        self._documents = asyncio.Semaphore(self._limits.at_once)

    async def load_image(self, source: bytes | str) -> Image:
        """Return the image. Raises BadImage, TooLarge, UrlRefused, FetchFailed and InvalidInput."""
        data = await self._read(source)
        if is_pdf(data):
            raise BadImage(
                "The file is a PDF, and an image is asked for.", hint="Send a page of it as an image."
            )
        return await self._recode(data)

    async def load_document(self, source: bytes | str) -> tuple[Image, ...]:
        """Return the pages of a PDF; an image is a document of one page. Raises BadDocument and what images raise."""
        data = await self._read(source)
        if is_pdf(data):
            async with self._documents:
                return await draw_pages(data, self._limits)
        try:
            return (await self._recode(data),)
        except BadImage as error:
            if error.code != BadImage.code:
                raise
            raise BadDocument(
                "The file is neither a PDF nor an image that can be read.", hint=error.hint
            ) from error

    async def _read(self, source: bytes | str) -> bytes:
        return await read_input(source, limits=self._limits, web=self._web)

    async def _recode(self, data: bytes) -> Image:
        async with self._images:
            return await asyncio.to_thread(recode_image, data, self._limits)
