"""The images of a request, each loaded once: a client sends those of earlier turns again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Final

from answerable.api.openai.errors import BadRequest
from answerable.api.openai.schemas import ImagePartIn, MessageIn
from answerable.core.errors import DeadlineExceeded
from answerable.llm.types import Image

MAX_IMAGES: Final = 50
_SECONDS: Final = 60.0

LoadImage = Callable[[str], Awaitable[Image]]
"""Makes a checked image of an address, `https:` or `data:`."""


async def load_images(messages: Iterable[MessageIn], load_image: LoadImage) -> dict[str, Image]:
    """Return the images by their address. Raises BadRequest, DeadlineExceeded, and what `load_image` raises."""
    addresses = dict.fromkeys(_list_addresses(messages))
    if len(addresses) > MAX_IMAGES:
        raise BadRequest(
            f"The messages have {len(addresses)} images.",
            param="messages",
            hint=f"Send at most {MAX_IMAGES}; leave out those of early turns.",
        )
    if not addresses:
        return {}
    try:
        async with asyncio.timeout(_SECONDS):
            return {address: await load_image(address) for address in addresses}
    except TimeoutError as error:
        raise DeadlineExceeded(
            f"The images were not there after {_SECONDS:.0f} s.", hint="Send them as data addresses."
        ) from error


def _list_addresses(messages: Iterable[MessageIn]) -> Iterator[str]:
    for message in messages:
        if isinstance(message.content, list):
            yield from (part.image_url.url for part in message.content if isinstance(part, ImagePartIn))
