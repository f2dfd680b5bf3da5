"""The values of a collection's indexes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from answerable.knowledge.types import IndexSettings


@dataclass(frozen=True, slots=True)
class IndexSummary:
    """An index as it stands. `documents` are those of its collection, `behind` those of them that it lacks.

    `bytes` is what it takes on disk: passages, vectors and posting lists. `problem` says why it stays behind;
    `working`: a job is at it.
    """

    id: int
    collection: str
    name: str
    active: bool
    settings: IndexSettings
    dimensions: int
    documents: int
    behind: int
    chunks: int
    bytes: int
    problem: str
    working: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class IndexChoice:
    """What an index is to be made of. None: as the active one."""

    embedder: str | None = None
    chunk_tokens: int | None = None
    chunk_overlap: int | None = None
