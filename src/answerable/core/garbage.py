"""When Python looks for garbage that refers to itself: seldom, and not among what lives as long as the process.

As it comes, it looks whenever there are 700 containers more than before. The traces that wait to be written are some
hundreds an answer, so it looked at every third answer, in vain: 3 % of a server's time, and 14 % of a command's start.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_YOUNG: Final = 10_000
"""New containers after which it looks through them; garbage in circles may take some megabytes until then."""


@contextmanager
def importing() -> Iterator[None]:
    """Look for nothing while modules are imported: what they make stays. Afterwards seldom."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
        gc.enable()


def spare_what_is_there() -> None:
    """Take everything that lives now out of sight; walking through it again and again would find nothing."""
    gc.collect()
    gc.freeze()
