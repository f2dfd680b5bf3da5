"""Standard output for tables and for what others wrote: examples, outputs, sources."""

from __future__ import annotations

import sys
from typing import Any, Final

from rich.console import Console
from rich.text import Text

_WIDE: Final = 300
_STEERING = (
    *(code for code in range(0x20) if chr(code) not in "\t\n"),
    *range(0x7F, 0xA0),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
)
_AS_SHOWN: Final = dict.fromkeys(_STEERING, "\N{REPLACEMENT CHARACTER}")


class _Terminal(Console):
    """A console that no text steers: an escape sequence in it is shown, and what turns the direction of a line too."""

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(text.translate(_AS_SHOWN), **options)


def open_console(*, markup: bool = True) -> Console:
    """Return standard output; what is no terminal, such as the log of a CI job, has room for any table.

    A name like `a:m:` is no emoji.
    """
    width = None if sys.stdout.isatty() else _WIDE
    return _Terminal(highlight=False, emoji=False, markup=markup, width=width)
