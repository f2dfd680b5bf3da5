"""An image of anybody into one that may be sent on: decoded, turned upright, made small, written anew.

What is written anew holds pixels and nothing else: no EXIF with a place and a time, no comment, no second picture,
no bytes after the end. All of it is work for a thread; memory is bounded by `max_pixels` and by decoding one large
image at a time.
"""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, nullcontext
from io import BytesIO
from typing import Final

from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError
from PIL.ImageFile import ImageFile

from answerable.answering.media.types import MEBIBYTE, BadImage, MediaLimits
from answerable.core.errors import TooLarge
from answerable.llm.types import Image

_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
"""The rest of what Pillow reads is rare, and its decoders are less tried."""
_JPEG: Final = frozenset({"JPEG", "MPO"})
"""MPO is a JPEG with more pictures behind the first; some cameras write it."""
_LOSSY: Final = _JPEG | {"WEBP"}
_MOST_SCANS: Final = 200
"""Passes over a progressive JPEG. Cameras and tools write about ten; thousands keep a processor busy for hours."""
_SCAN: Final = b"\xff\xda"
_MARKUP_START: Final = 4096
_LARGE_PIXELS: Final = 12_000_000
_ONE_LARGE = threading.Lock()
_WHITE: Final = (255, 255, 255)
_BLOCK_BYTES: Final = 64 * MEBIBYTE
_HINT: Final = "Send a JPEG, PNG, WebP or GIF file."

# The C library gives memory back to the system when it is freed in one piece of more than 32 MiB. In Pillow's own
# blocks of 16 MiB, each thread that ever held a large image would keep its memory for good: 1 GiB after four images.
Pillow.core.set_block_size(_BLOCK_BYTES)  # type: ignore[attr-defined]


def recode_image(data: bytes, limits: MediaLimits) -> Image:
    """Return the image, or the first frame of a moving one, upright, small and without anything but its pixels.

    Raises BadImage for what cannot be read, and TooLarge for more bytes or pixels than `limits` allow.
    """
    if len(data) > limits.max_bytes:
        raise TooLarge(
            f"The image has {len(data) / MEBIBYTE:.1f} MiB, more than {limits.max_bytes / MEBIBYTE:.0f}.",
            hint="Make it smaller.",
            code="image_too_large",
        )
    _refuse_markup(data)
    try:
        with Pillow.open(BytesIO(data), formats=_FORMATS) as opened:
            _check_size(opened, data, limits)
            with _room_for(opened):
                return encode_image(_shrink(opened, limits), opened.format in _LOSSY, limits)
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
        raise _too_many_pixels("more", limits) from error
    except UnidentifiedImageError as error:
        raise BadImage("The file is no image of a known format.", hint=_HINT) from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError) as error:
        # Pillow's decoders raise any of these for a file that is cut short or wrong inside.
        raise BadImage(
            f"The image cannot be read: {error}.", hint="Save it anew, and send it again."
        ) from error


def encode_image(image: Pillow.Image, is_lossy: bool, limits: MediaLimits) -> Image:
    """Write the pixels: as PNG when they came without loss and stay small, else as JPEG."""
    if not is_lossy:
        written = BytesIO()
        image.save(written, "PNG", compress_level=3)
        if written.tell() <= limits.max_sent_bytes:
            return Image(written.getvalue(), "image/png")
    written = BytesIO()
    image.save(written, "JPEG", quality=90)
    return Image(written.getvalue(), "image/jpeg")


def _refuse_markup(data: bytes) -> None:
    start = data[:_MARKUP_START].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<") and b"<svg" in start:
        raise BadImage(
            "The image is an SVG, which may hold scripts and is refused.",
            hint="Send it as PNG.",
            code="svg_refused",
        )


def _check_size(opened: ImageFile, data: bytes, limits: MediaLimits) -> None:
    """Look at the header only: nothing is decoded yet."""
    width, height = opened.size
    if width * height > limits.max_pixels:
        raise _too_many_pixels(f"{width * height / 1e6:.0f}", limits)
    if opened.format in _JPEG and data.count(_SCAN) > _MOST_SCANS:
        raise BadImage("The image cannot be read: it has too many scans.", hint="Save it anew.")


def _too_many_pixels(amount: str, limits: MediaLimits) -> TooLarge:
    return TooLarge(
        f"The image has {amount} megapixels; at most {limits.max_pixels / 1e6:.0f} are accepted.",
        hint="Make it smaller.",
        code="image_too_large",
    )


def _room_for(opened: ImageFile) -> AbstractContextManager[object]:
    """Return what to hold while decoding: large images that cannot be decoded smaller wait for each other."""
    width, height = opened.size
    is_large = opened.format not in _JPEG and width * height > _LARGE_PIXELS
    return _ONE_LARGE if is_large else nullcontext()


def _shrink(opened: ImageFile, limits: MediaLimits) -> Pillow.Image:
    """Return the picture with no side over `longest_side`, upright, in colours or grey, and nothing beside it."""
    bound = (limits.longest_side, limits.longest_side)
    # A JPEG is decoded at a half, a quarter or an eighth of its size right away, where that is still enough.
    opened.draft("RGB", bound)
    opened.load()
    image = _to_scalable(opened)
    # Averaging whole blocks first is ten times as fast as the fine filter on all of a large image.
    times = max(image.size) // limits.longest_side
    if times > 1:
        image = image.reduce(times)
    image.thumbnail(bound, Pillow.Resampling.LANCZOS)
    image = _flatten(ImageOps.exif_transpose(image))
    image.info = {}
    return image


def _to_scalable(image: Pillow.Image) -> Pillow.Image:
    """Return the image in a mode that can be made smaller well: palettes and 16 bits cannot."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        return image if image.mode in {"RGBA", "LA"} else image.convert("RGBA")
    return image if image.mode in {"L", "RGB"} else image.convert("RGB")


def _flatten(image: Pillow.Image) -> Pillow.Image:
    """Put what is transparent on white, which is what a page is."""
    if image.mode in {"L", "RGB"}:
        return image
    layered = image.convert("RGBA")
    ground = Pillow.new("RGB", layered.size, _WHITE)
    ground.paste(layered, mask=layered.getchannel("A"))
    return ground
