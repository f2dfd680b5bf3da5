"""Making the posting lists of a segment from the lexemes of its chunks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MOST = 255
_LONGEST = 65_535


@dataclass(frozen=True, slots=True)
class NewSegment:
    """A segment to be stored: bytes as the tables hold them. `postings` yields (lexeme, ordinals, counts)."""

    language: str
    first_ordinal: int
    last_ordinal: int
    chunks: int
    ordinals: bytes
    lengths: bytes
    postings: Sequence[tuple[str, bytes, bytes]]


def build_segment(language: str, first_ordinal: int, lexemes: Sequence[Sequence[str]]) -> NewSegment:
    """Build the segment of chunks `first_ordinal, first_ordinal + 1, ...`, whose lexemes are given in order."""
    count = len(lexemes)
    lengths = np.fromiter((min(len(chunk), _LONGEST) for chunk in lexemes), dtype="<u2", count=count)
    ordinals = np.arange(first_ordinal, first_ordinal + count, dtype="<u4")
    return NewSegment(
        language=language,
        first_ordinal=first_ordinal,
        last_ordinal=first_ordinal + count - 1,
        chunks=count,
        ordinals=ordinals.tobytes(),
        lengths=lengths.tobytes(),
        postings=list(_invert(ordinals, lexemes)),
    )


def _invert(
    ordinals: NDArray[np.uint32], lexemes: Sequence[Sequence[str]]
) -> Iterator[tuple[str, bytes, bytes]]:
    """Number the lexemes, sort (lexeme, chunk) pairs as one integer each, and cut where the lexeme changes."""
    numbers: dict[str, int] = {}
    flat = [numbers.setdefault(lexeme, len(numbers)) for chunk in lexemes for lexeme in chunk]
    if not flat:
        return
    chunks = np.repeat(np.arange(len(lexemes)), [len(chunk) for chunk in lexemes])
    keys, counts = np.unique(np.asarray(flat) * len(lexemes) + chunks, return_counts=True)
    lexeme_of, chunk_of = np.divmod(keys, len(lexemes))
    starts = np.searchsorted(lexeme_of, np.arange(len(numbers) + 1))
    ordinal_bytes = ordinals[chunk_of].astype("<u4").tobytes()
    count_bytes = np.minimum(counts, _MOST).astype(np.uint8).tobytes()
    for lexeme, start, stop in zip(numbers, starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        yield lexeme, ordinal_bytes[4 * start : 4 * stop], count_bytes[start:stop]
