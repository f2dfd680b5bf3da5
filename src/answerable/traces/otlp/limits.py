"""What a span of another service may hold; what is beyond is cut off and counted, never an error."""

from __future__ import annotations

from typing import Final

MOST_SPANS: Final = 100_000
"""In one request."""
MOST_BYTES: Final = 64 << 20
"""Of one request, decompressed."""
MOST_JSON_BYTES: Final = 48 << 20
"""Of one request in JSON, decompressed: the same spans take more room."""
SPAN_BYTES: Final = 1 << 20
"""Of one span; a larger one is rejected."""
ATTRIBUTES: Final = 128
EVENTS: Final = 128
LINKS: Final = 128
TEXT: Final = 65_536
"""Characters of one text."""
NAME: Final = 256
"""Characters of the name of a span, a service, a scope or an attribute."""
VALUES: Final = 2_000
"""Values in the lists and maps of one attribute."""
DEPTH: Final = 8
LATEST_NS: Final = (1 << 63) - 1
"""The year 2262: what a database and a clock can hold."""
