"""The structure of a text that cutting needs: where it may be cut, and how good each place is."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum


class Rank(IntEnum):
    """How good a place is for a cut, in percent of a perfect one."""

    LINE = 25
    AFTER_COLON = 55
    ROW = 60
    ITEM = 70
    BLOCK = 100
    PAGE = 120


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading line. `start` is the offset of its line, `title` its words without markup, `level` 1 to 6."""

    start: int
    level: int
    title: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table. Rows begin at `body`; `columns` is the first row, with the column names, as it stands at
    `start`.
    """

    start: int
    body: int
    end: int
    columns: str


@dataclass(slots=True)
class Structure:
    """What a scanner found. `cuts` maps an offset (the start of a line) to the rank of a cut before it.

    `fences` are stretches that are not cut when they fit into one chunk. `skipped` is where the content
    begins (after front matter).
    """

    cuts: dict[int, Rank] = field(default_factory=dict)
    headings: list[Heading] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    fences: list[tuple[int, int]] = field(default_factory=list)
    skipped: int = 0

    def allow(self, offset: int, rank: Rank) -> None:
        """Note a place for a cut; of two ranks for one place the better one stays."""
        if self.cuts.get(offset, 0) < rank:
            self.cuts[offset] = rank
