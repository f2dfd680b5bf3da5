"""What a detector is and what it finds.

Detectors read UTF-8, since the engine of the expressions does: an offset counts bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple


class Found(NamedTuple):
    """A stretch of UTF-8 text, `end` exclusive, and what stands in its place: `EMAIL` becomes `[EMAIL]`."""

    start: int
    end: int
    label: str


class Detector(NamedTuple):
    """Finds one kind of thing.

    `trigger` is a cheap expression that is somewhere in every text in which `find` finds anything: all triggers are
    looked for in one pass, and most texts have none. `find` is linear in the length of its text.
    """

    trigger: str
    find: Callable[[bytes], Iterable[Found]]


class OwnDetector(NamedTuple):
    """A detector of the user's: `find` gets the text and returns `(start, end, label)`, offsets in characters."""

    name: str
    find: Callable[[str], Iterable[tuple[int, int, str]]]
