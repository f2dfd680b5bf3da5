"""The pages of a PDF as images: a program of its own, `python -m answerable.answering.media.rendering`.

A PDF is a program in a language of its own, and what runs it is native code: a file made for the purpose may crash
it, or keep it busy for ever. So each document has its own process, which the server ends when it takes too long.
The document comes by standard input; pages go out by standard output, each as its media type's length, media type,
length and bytes. The exit status says what was wrong.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from typing import Final

import pypdfium2  # type: ignore[import-untyped]
from pypdfium2 import raw as pdfium

from answerable.answering.media.exits import BROKEN, DONE, EMPTY, LOCKED, SIZE_BYTES, TOO_LONG
from answerable.answering.media.images import encode_image
from answerable.answering.media.types import MediaLimits
from answerable.llm.types import Image

_POINTS_PER_INCH: Final = 72
_SECONDS_AFTER_SIGNAL: Final = 5


class TooManyPages(Exception):  # noqa: N818
    """The document has `count` pages."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


def render_pages(data: bytes, limits: MediaLimits) -> Iterator[Image]:
    """Yield the pages in order. Raises TooManyPages before the first, and PdfiumError."""
    document = pypdfium2.PdfDocument(data)
    document.init_forms()  # so that what was typed into the fields of a form is drawn
    if len(document) > limits.max_pages:
        raise TooManyPages(len(document))
    for page in document:
        width, height = page.get_size()
        scale = min(limits.dots_per_inch / _POINTS_PER_INCH, limits.longest_side / max(width, height, 1))
        drawn = page.render(scale=scale).to_pil().convert("RGB")
        yield encode_image(drawn, False, limits)


def main(limits: MediaLimits) -> int:
    _bound(limits)
    try:
        pages = 0
        for image in render_pages(sys.stdin.buffer.read(), limits):
            _write(image)
            pages += 1
    except TooManyPages as error:
        sys.stderr.write(str(error.count))
        return TOO_LONG
    except pypdfium2.PdfiumError as error:
        return LOCKED if error.err_code == pdfium.FPDF_ERR_PASSWORD else BROKEN
    return DONE if pages else EMPTY


def _bound(limits: MediaLimits) -> None:
    """Have the system end this process when it takes more time or memory than it may."""
    seconds = int(limits.render_seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + _SECONDS_AFTER_SIGNAL))
    resource.setrlimit(resource.RLIMIT_AS, (limits.render_memory, limits.render_memory))


def _write(image: Image) -> None:
    out = sys.stdout.buffer
    for part in (image.media_type.encode(), image.data):
        out.write(len(part).to_bytes(SIZE_BYTES))
        out.write(part)


if __name__ == "__main__":
    sys.exit(main(MediaLimits(**json.loads(sys.argv[1]))))
