"""The bytes of a file, however they were handed over: themselves, in an address, or at one."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import replace
from typing import Final

from answerable.answering.media.types import MEBIBYTE, MediaLimits
from answerable.core.errors import InvalidInput, TooLarge
from answerable.knowledge.sources.types import WebLimits
from answerable.knowledge.sources.web import FILES, fetch

_SCHEME: Final = re.compile(r"(https?)://", re.IGNORECASE)
_LONGEST_SHOWN: Final = 40


async def read_input(source: bytes | str, *, limits: MediaLimits, web: WebLimits) -> bytes:
    """Return the bytes of `source`: bytes, an http or https address, or a base64 `data:` address.

    Raises InvalidInput, UrlRefused for an address inside the own network, FetchFailed and TooLarge.
    """
    if isinstance(source, bytes):
        return source
    if source[:5].lower() == "data:":
        return _read_data_address(source, limits)
    if _SCHEME.match(source):
        fetched = await fetch(source, limits=replace(web, max_bytes=limits.max_bytes), accepted=FILES)
        return fetched.content
    shown = source if len(source) <= _LONGEST_SHOWN else f"{source[:_LONGEST_SHOWN]}…"
    raise InvalidInput(
        f"{shown!r} is no file.",
        hint="Send an https address, or the bytes as data:image/png;base64,...",
        code="bad_file",
    )


def _read_data_address(address: str, limits: MediaLimits) -> bytes:
    head, comma, body = address.partition(",")
    if not comma or not head.lower().endswith(";base64"):
        raise InvalidInput(
            "The data address is not base64.", hint="Write it as data:image/png;base64,...", code="bad_file"
        )
    if len(body) * 3 // 4 > limits.max_bytes:
        raise TooLarge(
            f"The file is larger than {limits.max_bytes / MEBIBYTE:.0f} MiB.",
            hint="Make it smaller.",
            code="file_too_large",
        )
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(
            f"The data address is not valid base64: {error}.", hint="Encode the file again.", code="bad_file"
        ) from error
