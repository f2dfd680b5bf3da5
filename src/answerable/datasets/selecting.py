"""Which examples of a dataset are meant: those of its draft, of a version, of a split, with tags, with a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from answerable.core.texts import to_storable
from answerable.datasets.store import DRAFT, HELD
from answerable.datasets.version_store import MEMBER


@dataclass(frozen=True, slots=True)
class Selection:
    """`version` 0 is the draft. `tags` must all be there; `text` stands in the input, what is expected, or the key.

    `key` is the whole key.
    """

    version: int = 0
    held: bool = False
    split: str = ""
    tags: tuple[str, ...] = ()
    text: str = ""
    key: str = ""


def select(selection: Selection) -> tuple[str, tuple[Any, ...]]:
    """Return the condition as SQL, and its values."""
    if selection.version:
        parts, values = [MEMBER], [selection.version, selection.version]
    else:
        parts, values = [HELD if selection.held else DRAFT], []
    chosen: list[Any] = [*values]
    if selection.split:
        parts.append("split = %s")
        chosen.append(to_storable(selection.split))
    if selection.tags:
        parts.append("tags @> %s")
        chosen.append([to_storable(tag) for tag in selection.tags])
    if selection.text:
        parts.append("strpos(lower(concat_ws(' ', key, input, expected)), lower(%s)) > 0")
        chosen.append(to_storable(selection.text))
    if selection.key:
        parts.append("key = %s")
        chosen.append(to_storable(selection.key))
    return " AND ".join(parts), tuple(chosen)
