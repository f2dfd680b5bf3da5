"""From one source to documents with chunks and vectors. Runs in a reading process, in one thread."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from answerable.knowledge.chunking.chunk import chunk_document
from answerable.knowledge.chunking.tokens import TokenCounter
from answerable.knowledge.ingestion.messages import (
    Done,
    Embedded,
    EmbedTexts,
    KnownDocument,
    ReadDocument,
    ReadSource,
    Reply,
    Setup,
    TextEmbedder,
    get_passage,
    hash_content,
)
from answerable.knowledge.ingestion.types import Labels
from answerable.knowledge.sources.types import SourceItem, SourceProblem
from answerable.knowledge.types import ParsedDocument

_HASH_BLOCK = 1 << 20
SPLIT_CHUNKS = 96
"""A source of one document with more chunks than this is embedded by all processes together."""


def hash_source(item: SourceItem) -> bytes:
    """Return SHA-256 of the bytes of a file or archive member. Raises OSError or zipfile.BadZipFile."""
    if item.path is None:
        raise OSError("the source has no file")
    digest = hashlib.sha256()
    if item.member is None:
        with open(item.path, "rb") as stream:
            while block := stream.read(_HASH_BLOCK):
                digest.update(block)
        return digest.digest()
    with zipfile.ZipFile(item.path) as archive, archive.open(item.member) as stream:
        while block := stream.read(_HASH_BLOCK):
            digest.update(block)
    return digest.digest()


class Reader:
    """Parses, cuts and embeds one source after the other."""

    def __init__(self, setup: Setup, counter: TokenCounter) -> None:
        self._setup = setup
        self._counter = counter
        self._embedder: TextEmbedder | None = None

    def embed(self, request: EmbedTexts) -> Iterator[Reply]:
        yield Embedded(self._embed_all(request.texts))
        yield Done()

    def read(self, request: ReadSource) -> Iterator[Reply]:
        """Yield the documents of a source, then Done. Raises ParseFailed, OSError and what parsers raise."""
        raw_hash = hash_source(request.item)  # first: a change while parsing is then seen the next time
        problems: list[SourceProblem] = []
        documents = self._setup.parse(request.item, self._setup.limits, problems=problems)
        # Two documents ahead tell whether there is only one, which is then embedded by all processes together.
        first = list(islice(documents, 2))
        for document in chain(first, documents):
            yield self._read_document(document, request, alone=len(first) == 1)
        yield Done(raw_hash, tuple(problems))

    def _read_document(self, parsed: ParsedDocument, request: ReadSource, *, alone: bool) -> Reply:
        own = parsed.uri == request.item.uri
        size = request.item.size_bytes if own else len(parsed.text.encode("utf-8", "replace"))
        content_hash = hash_content(parsed)
        labelled = _label(parsed, request.labels)
        language = request.known.get(content_hash)
        if language == labelled.language:
            return KnownDocument(labelled.uri, labelled.metadata, labelled.groups)
        chunks = tuple(chunk_document(labelled, request.chunker, self._counter))
        if language is not None:
            return ReadDocument(labelled, content_hash, size, chunks, None, known=True)
        vectors = None
        if request.embed and not (alone and len(chunks) > SPLIT_CHUNKS):
            vectors = self._embed_all(tuple(get_passage(chunk) for chunk in chunks))
        return ReadDocument(labelled, content_hash, size, chunks, vectors)

    def _embed_all(self, texts: tuple[str, ...]) -> NDArray[np.float16]:
        if not texts:
            return np.zeros((0, 0), dtype=np.float16)
        if self._embedder is None:
            self._embedder = self._setup.load_embedder()
        return np.stack([self._embedder.embed(text) for text in texts]).astype(np.float16)


def _label(parsed: ParsedDocument, labels: Labels) -> ParsedDocument:
    return replace(
        parsed,
        metadata={**parsed.metadata, **labels.metadata},
        groups=_narrow(parsed.groups, labels.groups),
        language=labels.language or parsed.language,
    )


def _narrow(own: frozenset[str] | None, given: frozenset[str] | None) -> frozenset[str] | None:
    if own is None or given is None:
        return given if own is None else own
    return own & given
