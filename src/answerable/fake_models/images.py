"""Images in prompts: read from what the wire formats carry, and described without looking at them."""

from __future__ import annotations

import base64
import binascii
import struct

from answerable.fake_models.exchange import BadRequestError, Image

_PNG = b"\x89PNG\r\n\x1a\n"


def read_data_url(url: str) -> Image:
    """Return the image of a `data:` address; another address gives an image without bytes."""
    if not url.startswith("data:"):
        return Image(media_type="", data=b"")
    head, comma, body = url.partition(",")
    if not comma or not head.endswith(";base64"):
        raise BadRequestError("An image's data address must be base64: data:image/png;base64,...")
    return read_base64(head.removeprefix("data:").removesuffix(";base64"), body)


def read_base64(media_type: str, body: str) -> Image:
    try:
        return Image(media_type=media_type, data=base64.b64decode(body, validate=True))
    except binascii.Error as error:
        raise BadRequestError(f"An image is not valid base64: {error}.") from None


def describe_images(images: tuple[Image, ...]) -> str:
    """Say how many images came and how large each is; a PNG's header also tells its width and height."""
    noun = "image" if len(images) == 1 else "images"
    return f"I received {len(images)} {noun}: " + ", ".join(_describe(image) for image in images) + "."


def _describe(image: Image) -> str:
    if not image.data:
        return "one by address"
    size = f"{image.media_type}, {len(image.data)} bytes"
    if image.data.startswith(_PNG) and len(image.data) >= 24:
        width, height = struct.unpack(">II", image.data[16:24])
        size += f", {width} x {height} pixels"
    return size
