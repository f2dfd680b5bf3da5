"""A run as a reviewer sees it: the question, the answer with its verdicts, the passages, and what may be told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from answerable.core.errors import NotFound
from answerable.evaluation.judging.calibration.records import CalibrationRecords
from answerable.evaluation.judging.calibration.types import Found
from answerable.feedback.service import FeedbackService
from answerable.feedback.types import Score
from answerable.knowledge.service import KnowledgeService
from answerable.knowledge.types import Groups, StoredPassage
from answerable.reviews.answers import Answers
from answerable.reviews.service import ReviewService
from answerable.reviews.types import Annotation, Item, Queue
from answerable.traces.service import TraceService
from answerable.traces.types import Trace


@dataclass(frozen=True, slots=True)
class Told:
    """What is kept from an annotator who is to judge alone.

    `calibrations` are those of the judges among the `scores`, by the id of the score.
    """

    trace_id: str
    variant: str
    model: str
    thumb: int | None
    scores: tuple[Score, ...]
    calibrations: Mapping[UUID, Found | None]
    annotations: tuple[Annotation, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """An item with its run. `passages` are the sources in marker order, None for one that is gone or not to be seen.

    `citations` are the sentences of the answer with their verdicts. `told` is None as long as the queue is blind and
    the item not done. `until` and `mine` are those of the annotator who has it.
    """

    queue: Queue
    item: Item
    app: str
    question: str
    input: Mapping[str, Any]
    answer: str
    citations: tuple[Mapping[str, Any], ...]
    passages: tuple[StoredPassage | None, ...]
    told: Told | None
    until: datetime | None = None
    mine: Answers | None = None


class CaseReader:
    """Brings together what the records know of an item."""

    def __init__(
        self,
        *,
        reviews: ReviewService,
        traces: TraceService,
        feedback: FeedbackService,
        knowledge: KnowledgeService,
        calibrations: CalibrationRecords,
    ) -> None:
        self._reviews = reviews
        self._traces = traces
        self._feedback = feedback
        self._knowledge = knowledge
        self._calibrations = calibrations

    async def find_trace(self, item: Item) -> Trace | None:
        """Return the run of an item; None when it was deleted, as traces are after their time."""
        try:
            return await self._traces.get(item.trace_id, span_id=item.span_id)
        except NotFound:
            return None

    async def read(
        self, queue: Queue, item: Item, trace: Trace, *, groups: Groups = None, open_book: bool = False
    ) -> Case:
        """Return the case; an `open_book` is for those who decide or look after the queue."""
        passages = await self._knowledge.list_passages(trace.sources, groups=groups)
        telling = open_book or not queue.spec.blind or (item.state == "done" and item.gold is None)
        return Case(
            queue=queue,
            item=item,
            app=trace.app,
            question=read_question(trace.input),
            input=read_input(trace.input),
            answer=trace.output,
            citations=trace.citations,
            passages=tuple(passages.get(id) for id in trace.sources),
            told=await self._tell(item, trace) if telling else None,
        )

    async def _tell(self, item: Item, trace: Trace) -> Told:
        scores = await self._feedback.list_scores(trace.id)
        return Told(
            trace_id=trace.id,
            variant=trace.variant,
            model=trace.model,
            thumb=trace.thumb,
            scores=scores,
            calibrations=await self._calibrations.find_of_scores(scores),
            annotations=tuple(await self._reviews.list_annotations([item.id])),
        )


def read_input(recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Return the variables of a run by name, as its trace keeps the request; the last message of a chat as one."""
    values = recorded.get("input")
    if isinstance(values, Mapping) and values:
        return dict(values)
    messages = recorded.get("messages")
    if isinstance(messages, list) and messages and isinstance(messages[-1], Mapping):
        return {"question": str(messages[-1].get("content", ""))}
    return {}


def read_question(recorded: Mapping[str, Any]) -> str:
    """Return what was asked as text: the question, the only text there is, or all variables."""
    values = read_input(recorded)
    if isinstance(values.get("question"), str):
        return str(values["question"])
    if len(values) == 1 and isinstance(only := next(iter(values.values())), str):
        return only
    return "\n".join(f"{name}: {_show(value)}" for name, value in values.items())


def _show(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
