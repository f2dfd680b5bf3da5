"""The values of knowledge: collections, documents, chunks, indexes, hits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

Groups = frozenset[str] | None
"""Document groups that a caller may read; None means all of them (an administrator, or a key without groups)."""


@dataclass(frozen=True, slots=True)
class ChunkerSettings:
    """How a document is cut. Sizes are in tokens of the embedder's tokenizer, header included."""

    version: int = 1
    max_tokens: int = 220
    overlap: int = 0


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """What makes an index: change any of it and a new index is built beside the old one."""

    embedder: str = "local:minilm"
    chunker: ChunkerSettings = field(default_factory=ChunkerSettings)


MAIN_INDEX: Final = "main"
"""The name of a collection's first index."""


@dataclass(frozen=True, slots=True)
class PassagePlace:
    """Where a passage stands: a document, a position in it, and the index that cut it (None: the first one).

    Written `DOCUMENT.POSITION`, or `DOCUMENT.POSITION@INDEX`: another index cuts elsewhere.
    """

    document_id: UUID
    position: int
    index_id: int | None = None

    def __str__(self) -> str:
        place = f"{self.document_id}.{self.position}"
        return place if self.index_id is None else f"{place}@{self.index_id}"


@dataclass(frozen=True, slots=True)
class Index:
    """One of a collection's indexes. `state` is `active` (what is searched unless one is named) or `beside`."""

    id: int
    collection_id: int
    settings: IndexSettings
    dimensions: int
    state: str
    generation: int
    languages: tuple[str, ...]
    name: str = MAIN_INDEX

    def make_chunk_id(self, document_id: UUID, position: int) -> str:
        """Return the id of one of its passages."""
        return str(PassagePlace(document_id, position, None if self.name == MAIN_INDEX else self.id))


@dataclass(frozen=True, slots=True)
class Collection:
    id: int
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Document:
    """One source. `text` is the whole extracted text: chunk offsets count its characters."""

    id: UUID
    collection_id: int
    uri: str
    title: str
    metadata: Mapping[str, Any]
    groups: frozenset[str] | None
    language: str
    media_type: str
    content_hash: bytes
    size_bytes: int
    pages: int | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Chunk:
    """One passage. `start` and `end` are character offsets into the document's text, end exclusive.

    `header` is the context that is embedded and indexed with the text but is not part of it: title, heading path.
    """

    text: str
    header: str
    heading_path: tuple[str, ...]
    page: int | None
    start: int
    end: int
    tokens: int


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """What a parser makes of one source. `page_starts[i]` is the character offset at which page i + 1 begins."""

    uri: str
    title: str
    text: str
    language: str
    media_type: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    groups: frozenset[str] | None = None
    page_starts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class EmbeddedDocument:
    """A document ready to be written. `vectors` has shape (len(chunks), dimensions), float16, unit rows."""

    id: UUID
    parsed: ParsedDocument
    content_hash: bytes
    size_bytes: int
    chunks: tuple[Chunk, ...]
    vectors: NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class RetrievalSettings:
    """How a query is answered. Part of a variant, so that a change of it can be gated and rolled out.

    `dense_weight` is the share of the dense score in the fused one, between 0 and 1; None lets the index decide from
    the language of the query and what its embedder speaks.
    """

    top_k: int = 8
    candidates: int = 200
    dense_weight: float | None = None
    fold_duplicates: bool = True
    reranker: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentRef:
    id: UUID
    uri: str
    title: str
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HitScores:
    """The raw parts of a fused score: inner product, BM25. None when that side was not asked."""

    dense: float | None
    lexical: float | None


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage found. `score` is the fused score between 0 and 1."""

    document: DocumentRef
    chunk_id: str
    text: str
    heading_path: tuple[str, ...]
    page: int | None
    start: int
    end: int
    score: float
    scores: HitScores
    language: str = "en"


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as it stands in the index now. `chunk_id` is what a trace names it by: document and position."""

    chunk_id: str
    document: DocumentRef
    text: str
    heading_path: tuple[str, ...]
    page: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CollectionSummary:
    """A collection with what a reader may see of it. `index` names the embedder of its active index, if it has one."""

    id: int
    name: str
    documents: int
    chunks: int
    index: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """A page of documents in the order of their uris. `next_after` continues the list; None ends it."""

    documents: tuple[Document, ...]
    total: int
    next_after: str | None


@dataclass(frozen=True, slots=True)
class DocumentText:
    """A document with its text. `page_starts[i]` is the character offset at which page i + 1 begins."""

    document: Document
    text: str
    page_starts: tuple[int, ...]
