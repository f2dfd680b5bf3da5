"""What the server and its reading processes say to each other: pickled values, each after its length.

Both ends are the same program on the two ends of a socket pair that nobody else can reach, which is what makes
pickle safe here.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from answerable.knowledge.ingestion.types import Labels
from answerable.knowledge.parsing.types import ParseLimits
from answerable.knowledge.sources.types import SourceItem, SourceProblem
from answerable.knowledge.types import Chunk, ChunkerSettings, ParsedDocument

LENGTH = struct.Struct("!Q")


class Parser(Protocol):
    def __call__(
        self, item: SourceItem, limits: ParseLimits, /, *, problems: list[SourceProblem] | None = None
    ) -> Iterator[ParsedDocument]:
        """Yield the documents of a source; see `answerable.knowledge.parsing.parse.parse_item`."""
        ...


class TextEmbedder(Protocol):
    def embed(self, text: str) -> NDArray[np.float32]:
        """Return shape (dimensions,), unit length, in the thread of the caller."""
        ...


@dataclass(frozen=True, slots=True)
class Setup:
    """What a reading process is started with. The callables travel by name, so they must be importable.

    `niceness` lets the server go first. The process leaves after `max_documents`, or when its memory is over
    `soft_memory_bytes` between two sources, and is replaced.
    """

    parse: Parser
    limits: ParseLimits
    load_embedder: Callable[[], TextEmbedder]
    niceness: int = 5
    max_documents: int = 5_000
    soft_memory_bytes: int = 768 << 20


@dataclass(frozen=True, slots=True)
class ReadSource:
    """Read one source. `known` maps the content hash of its documents that the index holds to their language.

    Without `embed` the documents come without vectors: their embedder is no program that could run here.
    """

    item: SourceItem
    labels: Labels
    chunker: ChunkerSettings
    embed: bool
    known: Mapping[bytes, str]


@dataclass(frozen=True, slots=True)
class EmbedTexts:
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document with its chunks. Without `vectors` the receiver embeds; `known` says that the index has them."""

    parsed: ParsedDocument
    content_hash: bytes
    size_bytes: int
    chunks: tuple[Chunk, ...]
    vectors: NDArray[np.float16] | None
    known: bool = False


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A document that the index holds as it is. Its labels may be new."""

    uri: str
    metadata: Mapping[str, Any]
    groups: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Embedded:
    vectors: NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Ready:
    """The process has loaded all that it needs."""


@dataclass(frozen=True, slots=True)
class Done:
    """The end of a request. `raw_hash` is of the bytes as they were before they were parsed."""

    raw_hash: bytes = b""
    problems: tuple[SourceProblem, ...] = ()
    leaving: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """The end of a request that could not be done."""

    reason: str
    hint: str
    leaving: bool = False


Request = ReadSource | EmbedTexts
Reply = ReadDocument | KnownDocument | Embedded | Ready | Done | Failed


def pack(message: object) -> bytes:
    """Return the message as it travels."""
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(body)) + body


def hash_content(document: ParsedDocument) -> bytes:
    """Return SHA-256 over what the parser found, without what a run may put on top (metadata, groups, language)."""
    digest = hashlib.sha256()
    head = json.dumps([document.uri, document.title, document.media_type, document.page_starts])
    digest.update(head.encode("utf-8", "surrogatepass"))
    digest.update(document.text.encode("utf-8", "surrogatepass"))
    return digest.digest()


def get_passage(chunk: Chunk) -> str:
    """Return the text of a chunk as it is embedded: its context, then its own words."""
    return f"{chunk.header}\n{chunk.text}" if chunk.header else chunk.text
