"""From a run, or from what reviewers made of it, to an example of a dataset."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from answerable.core.errors import Conflict, NotFound
from answerable.datasets.service import DatasetService
from answerable.datasets.types import Added, Evidence, Example, NearDuplicate, Provenance
from answerable.knowledge.service import KnowledgeService
from answerable.knowledge.types import Groups, StoredPassage
from answerable.quality.cases import read_input
from answerable.reviews.answers import Answers
from answerable.reviews.service import ReviewService
from answerable.reviews.types import Annotation, Item, Queue
from answerable.traces.service import TraceService
from answerable.traces.types import Trace

_NOT_IN_TAGS: Final = re.compile(r"[^\w.:@/-]+")


@dataclass(frozen=True, slots=True)
class Made:
    """An example that was added to a dataset, and those in it that ask nearly the same."""

    dataset: str
    added: Added
    example: Example
    near: tuple[NearDuplicate, ...]


class ExampleMaker:
    """Makes examples. What is expected is the corrected text, or else the answer as it was.

    Evidence are the passages that the supported sentences lean on.
    """

    def __init__(
        self,
        *,
        datasets: DatasetService,
        traces: TraceService,
        reviews: ReviewService,
        knowledge: KnowledgeService,
    ) -> None:
        self._datasets = datasets
        self._traces = traces
        self._reviews = reviews
        self._knowledge = knowledge

    async def draft(
        self, trace_id: str, *, span_id: str | None = None, by: str, groups: Groups = None
    ) -> Example:
        """Return the example that a run makes; nothing is stored. Raises NotFound."""
        trace = await self._traces.get(trace_id, span_id=span_id)
        return await self._make(trace, expected=trace.output, by=by, groups=groups)

    async def draft_from_item(
        self,
        queue: Queue,
        item: Item,
        *,
        by: str,
        labels: Answers | None = None,
        groups: Groups = None,
    ) -> Example:
        """Return the example that a reviewed run makes; nothing is stored.

        Without `labels` those that count for the item are taken, or what `by` said of it. Raises NotFound, and Conflict
        (`not_reviewed`) for an item that nobody has said anything of.
        """
        trace = await self._traces.get(item.trace_id, span_id=item.span_id)
        said = await self._reviews.list_annotations([item.id])
        chosen = labels or item.final or _find_own(said, by)
        if chosen is None:
            raise Conflict(
                f"Nobody has labelled item {item.id} yet.", hint="Label it first.", code="not_reviewed"
            )
        people = {one.annotator for one in said} | ({item.settled_by} if item.settled_by else set())
        return await self._make(
            trace,
            expected=find_correction(queue, chosen) or trace.output,
            by=by,
            groups=groups,
            queue=queue.name,
            annotators=tuple(sorted(people or {by})),
            tags=_list_tags(queue, item, chosen),
        )

    async def add(self, dataset: str, example: Example) -> Made:
        """Add an example, and tell which others ask nearly the same. Raises InvalidInput."""
        near = await self._datasets.find_near_duplicates(dataset, example)
        added = await self._datasets.add_example(dataset, example)
        return Made(dataset, added, example, tuple(one for one in near if one.example.id != added.id))

    async def _make(
        self,
        trace: Trace,
        *,
        expected: str,
        by: str,
        groups: Groups,
        queue: str = "",
        annotators: tuple[str, ...] = (),
        tags: Sequence[str] = (),
    ) -> Example:
        values = read_input(trace.input)
        if not values or trace.status != "ok":
            raise NotFound(
                f"The trace {trace.id} has nothing to make an example of.",
                hint="Its content was not kept, or the run failed.",
                code="no_content",
            )
        passages = await self._knowledge.list_passages(trace.sources, groups=groups)
        return Example(
            input=values,
            expected=expected,
            evidence=tuple(_list_evidence(trace, passages)),
            tags=tuple(dict.fromkeys([f"app:{trace.app}", *tags])),
            provenance=Provenance(
                trace_id=trace.id,
                span_id=trace.span_id,
                app=trace.app,
                variant=trace.variant,
                queue=queue,
                annotators=annotators,
                added_by=by,
                source="review" if queue else "trace",
            ),
        )


def find_correction(queue: Queue, labels: Answers) -> str | None:
    """Return the corrected text among labels."""
    for label in queue.spec.labels:
        if label.kind == "correction" and labels.get(label.name):
            return str(labels[label.name])
    return None


def _find_own(said: Sequence[Annotation], by: str) -> Answers | None:
    return next((one.labels for one in said if one.annotator == by), None)


def _list_tags(queue: Queue, item: Item, labels: Answers) -> list[str]:
    """Return `queue:NAME`, the slice, and each category as `label:value`, where it can be a tag."""
    tags = [f"queue:{queue.name}", *([item.slice] if item.slice and "/" not in item.slice else [])]
    for label in queue.spec.labels:
        value = labels.get(label.name)
        if label.kind == "category" and value is not None:
            tags += [f"{label.name}:{one}" for one in (value if isinstance(value, list) else [value])]
    return [_NOT_IN_TAGS.sub("_", tag)[:60] for tag in tags]


def _list_evidence(trace: Trace, passages: Mapping[str, StoredPassage]) -> list[Evidence]:
    found = []
    for number in _list_supporting(trace.citations, len(trace.sources)):
        passage = passages.get(trace.sources[number - 1])
        if passage is not None:
            found.append(
                Evidence(
                    text=passage.text,
                    uri=passage.document.uri,
                    title=passage.document.title,
                    document_id=str(passage.document.id),
                    chunk_id=passage.chunk_id,
                    start=passage.start,
                    end=passage.end,
                )
            )
    return found


def _list_supporting(citations: Sequence[Mapping[str, Any]], sources: int) -> list[int]:
    """Return the numbers of the passages that supported sentences lean on, in order."""
    numbers = {
        citation.get("source")
        for citation in citations
        if citation.get("verdict") in {"supported", "partial"}
    }
    return sorted(number for number in numbers if isinstance(number, int) and 1 <= number <= sources)
