"""What is said where something that was named is not there."""

from __future__ import annotations

from answerable.core.errors import NotFound


def no_collection(name: str) -> NotFound:
    return NotFound(
        f"There is no collection {name!r}.",
        hint="`answerable doctor` lists those that are there; `answerable ingest PATH --collection NAME` makes one.",
    )
