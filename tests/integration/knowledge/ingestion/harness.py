"""The services of one test, and what is asked of them again and again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerable.core.errors import SetupError, Unavailable
from answerable.db.database import Database
from answerable.knowledge.index.search import SearchService
from answerable.knowledge.index_versions.service import IndexVersions
from answerable.knowledge.ingestion.service import IngestionService
from answerable.knowledge.ingestion.types import Progress
from answerable.knowledge.service import KnowledgeService
from tests.integration.knowledge.ingestion.programs import DIMENSIONS, LoggingEmbedder

COLLECTION = "docs"


@dataclass
class Provider:
    """Who answers a `RemoteEmbedder`: for so many passages more, and then not (None: for ever); or `refuses`."""

    passages_left: int | None = None
    refuses: SetupError | None = None

    def spend(self, passages: int) -> None:
        if self.refuses is not None:
            raise self.refuses
        if self.passages_left is None:
            return
        if self.passages_left < passages:
            raise Unavailable("The provider is away.")
        self.passages_left -= passages


class RemoteEmbedder:
    """An embedder that is called, as those of providers are."""

    def __init__(self, name: str, log: Path, provider: Provider) -> None:
        self._provider = provider
        self.name = name
        self.dimensions = DIMENSIONS
        self.languages: frozenset[str] | None = None
        self._inner = LoggingEmbedder(log)

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        return self._inner.embed(text)

    async def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self._provider.spend(len(texts))
        return np.stack([self._inner.embed(text) for text in texts])


@dataclass
class Ingestion:
    """The services of one test, and the log of every text that was embedded."""

    service: IngestionService
    knowledge: KnowledgeService
    database: Database
    log: Path
    versions: IndexVersions
    search: SearchService
    provider: Provider
    in_use: dict[tuple[str, str], list[str]]
    """What searches an index by its name, by collection and index."""

    async def ingest(self, *sources: Path | str, **options: Any) -> Progress:
        """Run one ingestion to its end."""
        run = await self.service.start_run(COLLECTION, [str(source) for source in sources], **options)
        return await self.service.wait(run.id)

    def count_embedded(self) -> int:
        """Return the number of texts embedded so far."""
        return len(self.log.read_text().splitlines()) if self.log.exists() else 0

    async def fetch(self, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        async with self.database.transaction() as tx:
            return await (await tx.execute(sql, arguments or None)).fetchall()

    async def list_texts(self) -> dict[str, str]:
        """Return the text of every document by the last part of its uri."""
        rows = await self.fetch("SELECT uri, text FROM document")
        return {uri.rpartition("/")[2]: text for uri, text in rows}


MakeIngestion = Callable[..., Any]


def write_document(path: Path, topic: str, *, sections: int = 3) -> None:
    body = "\n\n".join(
        f"## Part {number}\n\n" + " ".join(f"The {topic} of part {number} are {i}." for i in range(30))
        for number in range(sections)
    )
    path.write_text(f"# All about {topic}\n\n{body}\n", encoding="utf-8")
