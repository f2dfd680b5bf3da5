"""What people, documents and models said in spans: most of their bytes, kept beside what SQL looks at.

PostgreSQL compresses a long value by pglz, at some 50 MB a second; zstd takes a sixth of that time, and in a thread
of ours instead of the database. See docs/decisions/0018-span-contents.md for the measurement.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from answerable.traces.conventions import CONTENT_ATTRIBUTES

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_QUICKEST: Final = 1
"""The level. Level 3 takes a third longer and saves 1 %."""


class Packer:
    """Compresses; to be kept, since a new one costs as much as 4 kB. For one thread at a time."""

    def __init__(self) -> None:
        self._compressor = zstd.ZstdCompressor(level=_QUICKEST)

    def pack(self, text: bytes) -> bytes:
        return self._compressor.compress(text, mode=zstd.ZstdCompressor.FLUSH_FRAME)


def split_attributes(attributes: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what describes a span, and what was said in it."""
    said = {name: attributes[name] for name in attributes.keys() & CONTENT_ATTRIBUTES}
    if not said:
        return dict(attributes), said
    return {name: value for name, value in attributes.items() if name not in said}, said


def put_back(spans: Sequence[dict[str, Any]], packed: bytes | None) -> Iterable[dict[str, Any]]:
    """Yield the spans of a row with what was said in them: `packed` has it as JSON, by the place of the span."""
    contents = {} if packed is None else json.loads(zstd.decompress(packed))
    for place, span in enumerate(spans):
        said = contents.get(str(place))
        yield span if said is None else {**span, "attributes": {**span.get("attributes", {}), **said}}
