"""The bounds of images and documents, and what is wrong with one."""

from __future__ import annotations

from dataclasses import dataclass

from answerable.core.errors import InvalidInput

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """What comes in, and what goes on to a model.

    `max_bytes` and `max_pixels` bound a file as it comes: over them it is refused. `longest_side` bounds an image
    as it goes on, in pixels: over it, it is made smaller. `max_sent_bytes` is where a lossless image becomes a
    JPEG; the strictest provider takes 5 MB in base64. A document has at most `max_pages`, each drawn with
    `dots_per_inch` and never over `longest_side`, within `render_seconds` and `render_memory` bytes. `at_once`
    bounds the images, and the documents, that are worked on at the same time.
    """

    max_bytes: int = 20 * MEBIBYTE
    max_pixels: int = 50_000_000
    longest_side: int = 2048
    max_sent_bytes: int = 3 * MEBIBYTE
    max_pages: int = 20
    dots_per_inch: int = 200
    render_seconds: float = 30.0
    render_memory: int = 2048 * MEBIBYTE
    at_once: int = 2


class BadImage(InvalidInput):
    """A file that is not an image, or not one that can be read."""

    code = "bad_image"


class BadDocument(InvalidInput):
    """A file that is not a PDF, or not one that can be read."""

    code = "bad_document"
