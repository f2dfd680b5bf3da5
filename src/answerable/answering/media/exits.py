"""How the drawing program ends, and how it writes pages: what it and the server must agree on."""

from __future__ import annotations

from typing import Final

DONE: Final = 0
BROKEN: Final = 3
LOCKED: Final = 4
TOO_LONG: Final = 5
"""The number of pages stands on standard error."""
EMPTY: Final = 6
SIZE_BYTES: Final = 4
