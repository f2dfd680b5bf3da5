"""Standard output for tables."""

from __future__ import annotations

import sys
from typing import Final

from rich.console import Console

_WIDE: Final = 200


def open_console() -> Console:
    """Return standard output; what is no terminal, such as the log of a CI job, has room for any table.

    A name like `a:m:` is no emoji.
    """
    return Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else _WIDE)
