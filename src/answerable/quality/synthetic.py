"""From documents to examples that wait for a person: questions made up by templates, or by an app with a model."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from answerable.core.errors import AnswerableError, InvalidInput
from answerable.datasets.generating.templates import write_questions
from answerable.datasets.generating.types import Drafted, WriteQuestions
from answerable.datasets.service import DatasetService
from answerable.datasets.types import Evidence, Example, Imported, Provenance
from answerable.knowledge.service import KnowledgeService
from answerable.knowledge.types import Document, Groups

TAG: Final = "synthetic"
TEMPLATES: Final = "templates"
_MOST: Final = 5_000
_PAGE: Final = 500
_AT_ONCE: Final = 4
_PASSAGES_A_DOCUMENT: Final = 3
_FAILURES: Final = 5
"""Failed runs of a model in a row, after which it is given up."""


@dataclass(frozen=True, slots=True)
class Made:
    """How many examples were made and are held; `passages` were read for them, and on `failed` the model failed."""

    imported: Imported
    passages: int
    failed: int


class SyntheticExamples:
    """Makes up examples. They are tagged `synthetic`, say where they come from, and are held until accepted."""

    def __init__(self, *, datasets: DatasetService, knowledge: KnowledgeService) -> None:
        self._datasets = datasets
        self._knowledge = knowledge

    async def make(
        self,
        dataset: str,
        collection: str,
        *,
        count: int,
        by: str,
        write: WriteQuestions | None = None,
        source: str = TEMPLATES,
        groups: Groups = None,
    ) -> Made:
        """Make up at most `count` examples from the passages of a collection, spread over its documents.

        The same documents give the same passages. `write` asks a model, `source` names it; else templates are used.
        Raises NotFound for the collection, InvalidInput (`nothing_to_ask`), and what the model raised when it failed
        several times in a row.
        """
        _check_count(count)
        maker = _Maker(write or _write_by_templates, count)
        passages = self._iterate_passages(collection, groups)
        drafted = [one async for batch in maker.read(passages) for one in batch][:count]
        if not drafted:
            raise InvalidInput(
                f"Nothing could be asked about the {maker.passages} passages that were read.",
                hint="The templates know English sentences of a few shapes; --app asks a model.",
                code="nothing_to_ask",
            )
        rows = [_to_example(one, source) for one in drafted]
        imported = await self._datasets.put_examples(dataset, rows, by=by, held=True)
        return Made(imported, maker.passages, maker.failed)

    async def _iterate_passages(self, collection: str, groups: Groups) -> AsyncIterator[Evidence]:
        """Yield a few passages of each document, the documents in an order that has nothing to do with their names."""
        documents = [document async for document in self._iterate_documents(collection, groups)]
        for document in sorted(documents, key=lambda one: _shuffle(one.uri)):
            spans = await self._knowledge.list_chunk_spans(document.id, groups=groups)
            text = (await self._knowledge.get_document(document.id, groups=groups)).text
            order = sorted(range(len(spans)), key=lambda n: _shuffle(f"{document.uri}\0{n}"))
            for number in sorted(order[:_PASSAGES_A_DOCUMENT]):
                start, end = spans[number]
                yield Evidence(
                    text=text[start:end],
                    uri=document.uri,
                    title=document.title,
                    document_id=str(document.id),
                    start=start,
                    end=end,
                )

    async def _iterate_documents(self, collection: str, groups: Groups) -> AsyncIterator[_Place]:
        after: str | None = None
        while True:
            page = await self._knowledge.list_documents(collection, groups=groups, after=after, limit=_PAGE)
            for document in page.documents:
                yield _Place.of(document)
            if page.next_after is None:
                return
            after = page.next_after


@dataclass(frozen=True, slots=True)
class _Place:
    """What is kept of a document while it waits for its turn."""

    id: UUID
    uri: str
    title: str

    @classmethod
    def of(cls, document: Document) -> _Place:
        return cls(document.id, document.uri, document.title)


class _Maker:
    """Asks for questions, a few passages at once, until there are enough."""

    def __init__(self, write: WriteQuestions, count: int) -> None:
        self._write = write
        self._count = count
        self._in_a_row = 0
        self.passages = 0
        self.failed = 0

    async def read(self, passages: AsyncIterator[Evidence]) -> AsyncIterator[Sequence[Drafted]]:
        made, waiting = 0, []
        async for passage in passages:
            waiting.append(passage)
            if len(waiting) == _AT_ONCE:
                drafted = await self._ask(waiting)
                made, waiting = made + len(drafted), []
                yield drafted
            if made >= self._count:
                return
        yield await self._ask(waiting)

    async def _ask(self, passages: Sequence[Evidence]) -> list[Drafted]:
        self.passages += len(passages)
        found = await asyncio.gather(*map(self._write, passages), return_exceptions=True)
        drafted: list[Drafted] = []
        for one in found:
            if isinstance(one, BaseException):
                self._note_failure(one)
            else:
                self._in_a_row = 0
                drafted += one
        return drafted

    def _note_failure(self, error: BaseException) -> None:
        self.failed += 1
        self._in_a_row += 1
        if not isinstance(error, AnswerableError) or self._in_a_row == _FAILURES:
            raise error


async def _write_by_templates(passage: Evidence) -> Sequence[Drafted]:
    return (await asyncio.to_thread(write_questions, passage))[:1]


def _to_example(drafted: Drafted, source: str) -> Example:
    return Example(
        input={"question": drafted.question},
        expected=drafted.expected,
        evidence=(drafted.evidence,),
        tags=(TAG, *([f"template:{drafted.how}"] if drafted.how else [])),
        provenance=Provenance(source=f"{TAG}:{source}"),
    )


def _check_count(count: int) -> None:
    if not 1 <= count <= _MOST:
        raise InvalidInput(f"From 1 to {_MOST:,} examples are made at once.", code="invalid_count")


def _shuffle(name: str) -> bytes:
    return hashlib.sha256(name.encode("utf-8", "replace")).digest()
