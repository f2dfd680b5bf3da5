"""A document as the images of its pages, drawn by a process of its own (`rendering.py`)."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import asdict
from typing import Final

from answerable.answering.media.exits import BROKEN, DONE, EMPTY, LOCKED, SIZE_BYTES, TOO_LONG
from answerable.answering.media.types import MEBIBYTE, BadDocument, MediaLimits
from answerable.core.errors import AnswerableError, TooLarge
from answerable.llm.types import Image

_MODULE: Final = "answerable.answering.media.rendering"
_ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Threads reserve memory for each core, which would count against the program's bound."""
_PDF: Final = b"%PDF-"
_HEADER_WITHIN: Final = 1024
"""Readers accept some bytes before the header, and so do we."""


def is_pdf(data: bytes) -> bool:
    return _PDF in data[:_HEADER_WITHIN]


async def draw_pages(data: bytes, limits: MediaLimits) -> tuple[Image, ...]:
    """Return one image for each page of a PDF. Raises BadDocument and TooLarge."""
    if len(data) > limits.max_bytes:
        raise TooLarge(
            f"The document has {len(data) / MEBIBYTE:.1f} MiB, more than {limits.max_bytes / MEBIBYTE:.0f}.",
            hint="Split it.",
            code="document_too_large",
        )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        _MODULE,
        json.dumps(asdict(limits)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **_ONE_THREAD, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    try:
        async with asyncio.timeout(limits.render_seconds):
            drawn, said = await process.communicate(data)
    except TimeoutError as error:
        raise BadDocument(
            f"The document took more than {limits.render_seconds:g} s to draw.", hint="Print it anew as PDF."
        ) from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != DONE:
        raise _get_failure(process.returncode, said, limits)
    return _read_pages(drawn)


def _get_failure(status: int | None, said: bytes, limits: MediaLimits) -> AnswerableError:
    if status == TOO_LONG:
        return TooLarge(
            f"The document has {said.decode()} pages; at most {limits.max_pages} are accepted.",
            hint="Send the pages that matter.",
            code="too_many_pages",
        )
    if status == LOCKED:
        return BadDocument("The document is locked with a password.", hint="Remove it, and send it again.")
    if status in {BROKEN, EMPTY}:
        fault = "has no pages" if status == EMPTY else "is broken"
        return BadDocument(f"The PDF {fault}.", hint="Print it anew as PDF.")
    return BadDocument(
        "The document cannot be drawn: the program for it failed.", hint="Print it anew as PDF."
    )


def _read_pages(drawn: bytes) -> tuple[Image, ...]:
    parts: list[bytes] = []
    place = 0
    while place < len(drawn):
        start = place + SIZE_BYTES
        place = start + int.from_bytes(drawn[place:start])
        parts.append(drawn[start:place])
    kinds, bodies = parts[::2], parts[1::2]
    return tuple(Image(body, kind.decode()) for kind, body in zip(kinds, bodies, strict=True))
