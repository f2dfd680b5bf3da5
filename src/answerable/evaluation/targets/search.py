"""Retrieval alone as a target: search as an app's variant does, and ask no model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from answerable.apps.content import Grounding
from answerable.apps.retrieval import make_settings
from answerable.core.errors import InvalidInput
from answerable.datasets.types import Example
from answerable.evaluation.targets.types import Measured
from answerable.evaluation.types import Output, Passage
from answerable.knowledge.index.search import SearchResult, SearchService
from answerable.knowledge.types import Groups, Hit, RetrievalSettings
from answerable.llm.tokens import estimate_tokens

QUESTION: Final = "question"
"""The variable of a `rag` app that is searched for."""


@dataclass(frozen=True, slots=True)
class SearchTarget:
    """Searches for an example's question, standing alone: what was said before it is not looked at.

    Its output holds the passages, best first, and as input tokens about how many a model would be shown.
    """

    search: SearchService
    collection: str
    index: str | None = None
    settings: RetrievalSettings = field(default_factory=RetrievalSettings)
    groups: Groups = None

    async def __call__(self, example: Example) -> Output:
        """Raises InvalidInput for an example without a question, and what the search raises."""
        found = await self.search.search(
            get_question(example.input),
            collection=self.collection,
            index=self.index,
            groups=self.groups,
            settings=self.settings,
        )
        return make_output(found)


async def open_search(
    search: SearchService, *, app: str, variant: str, variant_hash: str, grounding: Grounding | None
) -> Measured:
    """Return the retrieval of a variant, to be measured without its model.

    Outputs can be taken from an earlier run as long as the index is what it was. Raises InvalidInput for an app that
    retrieves nothing, NotFound for the collection or its index.
    """
    if grounding is None:
        raise InvalidInput(
            f"The app {app!r} retrieves nothing.",
            hint="Measure an app of the kind `rag`.",
            code="no_retrieval",
        )
    index = await search.find_index(grounding.collection, grounding.index)
    origin = "no index" if index is None else f"{index.settings.embedder} {index.id}:{index.generation}"
    target = SearchTarget(search, grounding.collection, grounding.index, make_settings(grounding))
    return Measured(
        app=app,
        variant=variant,
        variant_hash=variant_hash,
        target="retrieval",
        ask=target,
        origin=origin,
        reusable=index is not None,
    )


def get_question(input: Mapping[str, Any]) -> str:
    """Return what an example asks: its `question`, or the only text that it holds. Raises InvalidInput."""
    question = input.get(QUESTION)
    texts = [value for value in input.values() if isinstance(value, str)]
    found = question if isinstance(question, str) else texts[0] if len(texts) == 1 else ""
    if not found.strip():
        raise InvalidInput(
            "The example asks nothing that can be searched for.",
            hint=f"Give it an input {QUESTION!r}.",
            code="no_question",
        )
    return found


def make_output(found: SearchResult) -> Output:
    """Return what a search found as the output of a target."""
    passages = tuple(to_passage(hit) for hit in found.hits)
    return Output(
        passages=passages,
        latency_ms=found.timings_ms["total"],
        input_tokens=sum(estimate_tokens(passage.text) for passage in passages),
        output_tokens=0,
        cost_usd=Decimal(0),
    )


def to_passage(hit: Hit) -> Passage:
    return Passage(
        text=hit.text,
        id=hit.chunk_id,
        document_id=str(hit.document.id),
        uri=hit.document.uri,
        title=hit.document.title,
        start=hit.start,
        end=hit.end,
        score=hit.score,
    )
