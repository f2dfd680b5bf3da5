"""The contextual header of a passage: what it stands under, in few tokens."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.knowledge.chunking.tokens import TokenCounter

SEPARATOR = " > "


def make_header(title: str, path: Sequence[str], counter: TokenCounter, *, room: int) -> str:
    """Return `title > heading > heading` in at most `room` tokens.

    Equal neighbours are written once. When it is too long, the middle goes first, then the title, then the
    end of the last heading: the nearest heading says most about a passage.
    """
    parts = [part for part in _without_repeats([title, *path]) if part]
    while len(parts) > 2 and counter.count(SEPARATOR.join(parts)) > room:
        del parts[1]
    if len(parts) == 2 and counter.count(SEPARATOR.join(parts)) > room:
        del parts[0]
    header = SEPARATOR.join(parts)
    if counter.count(header) <= room:
        return header
    return header[: counter.measure(header).find_limit(0, room)].rstrip()


def _without_repeats(parts: Sequence[str]) -> list[str]:
    kept: list[str] = []
    for part in parts:
        plain = " ".join(part.split())
        if not kept or kept[-1].casefold() != plain.casefold():
            kept.append(plain)
    return kept
