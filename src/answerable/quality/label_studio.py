"""Queues to and from Label Studio: tasks with what was said of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NoReturn

from answerable.core.clock import Clock
from answerable.core.errors import FieldProblem, InvalidFields
from answerable.knowledge.service import KnowledgeService
from answerable.knowledge.types import Groups
from answerable.quality.cases import CaseReader, read_question
from answerable.quality.reviews import ReviewDesk
from answerable.reviews.answers import check_answers
from answerable.reviews.label_studio.tasks import ReadAnnotation, ReadTask, TaskText, read_task, write_task
from answerable.reviews.service import ReviewService
from answerable.reviews.types import Annotation, Candidate, Item, Queue
from answerable.traces.service import TraceService
from answerable.traces.types import TraceFilter

_PAGE: Final = 200
_SHOWN: Final = 20
_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Imported:
    """What came in: new items, annotations, and annotations that were there already."""

    items: int
    annotations: int
    known: int


class ReviewExchange:
    """Writes a queue as tasks, and takes annotated tasks in."""

    def __init__(
        self,
        *,
        reviews: ReviewService,
        desk: ReviewDesk,
        cases: CaseReader,
        traces: TraceService,
        knowledge: KnowledgeService,
        clock: Clock,
    ) -> None:
        self._reviews = reviews
        self._desk = desk
        self._cases = cases
        self._traces = traces
        self._knowledge = knowledge
        self._clock = clock

    async def export(self, queue: Queue, *, groups: Groups = None) -> AsyncIterator[dict[str, Any]]:
        """Yield a task for each item whose trace is there, in the order they came."""
        after: int | None = 0
        while after is not None:
            batch = await self._reviews.list_items(queue, after=after, limit=_PAGE)
            said: dict[int, list[Annotation]] = {}
            for one in await self._reviews.list_annotations([item.id for item in batch.items]):
                said.setdefault(one.item_id, []).append(one)
            for item in batch.items:
                text = await self._find_text(item, groups)
                if text is not None:
                    yield write_task(item, text, queue.spec.labels, said.get(item.id, []))
            after = batch.next_after

    async def import_tasks(self, queue: Queue, tasks: Sequence[Any]) -> Imported:
        """Put tasks in with their annotations; what is there already stays. All is checked first.

        Raises InvalidFields (`invalid_tasks`) with what is wrong, Conflict (`already_annotated`) when somebody has said
        something else of an item here.
        """
        read = _read_tasks(queue, tasks)
        known = await self._find_runs(read)
        missing = [task.trace_id for task in read if (task.trace_id, task.span_id) not in known]
        if missing:
            _refuse([FieldProblem("data.trace_id", f"there is no trace {id!r} here.") for id in missing])
        candidates = [known[task.trace_id, task.span_id] for task in read]
        taken = await self._reviews.add(queue, candidates)
        annotations = already = 0
        for task, candidate in zip(read, candidates, strict=True):
            item = await self._reviews.find_item(queue, candidate.trace_id, candidate.span_id)
            if item is not None:
                added, had = await self._take_in(queue, item, task)
                annotations, already = annotations + added, already + had
        return Imported(taken.added, annotations, already)

    async def _take_in(self, queue: Queue, item: Item, task: ReadTask) -> tuple[int, int]:
        for gold in (one for one in task.annotations if one.gold):
            item = await self._desk.set_gold(queue, item.id, gold.labels)
        had = {one.annotator for one in await self._reviews.list_annotations([item.id])}
        said = [one for one in task.annotations if not one.gold]
        for one in said:
            await self._desk.save(
                queue,
                item.id,
                one.annotator,
                one.labels,
                seconds=one.seconds,
                imported_at=one.created_at or self._clock.now(),
            )
        known = sum(one.annotator in had for one in said)
        return len(said) - known, known

    async def _find_text(self, item: Item, groups: Groups) -> TaskText | None:
        trace = await self._cases.find_trace(item)
        if trace is None:
            return None
        passages = await self._knowledge.list_passages(trace.sources, groups=groups)
        return TaskText(
            question=read_question(trace.input),
            answer=trace.output,
            sources=tuple(
                {"id": str(number), "title": found.document.title or found.document.uri, "body": found.text}
                for number, id in enumerate(trace.sources, start=1)
                if (found := passages.get(id)) is not None
            ),
        )

    async def _find_runs(self, tasks: Sequence[ReadTask]) -> Mapping[_Key, Candidate]:
        """Return the runs that tasks name; one that names no span means the first run of its trace."""
        ids = sorted({task.trace_id for task in tasks})
        found: dict[_Key, Candidate] = {}
        for at in range(0, len(ids), _PAGE):
            filter = TraceFilter(ids=tuple(ids[at : at + _PAGE]))
            after: str | None = None
            while True:
                keys, after = await self._traces.list_keys(filter, after=after, limit=_PAGE)
                for key in keys:  # newest first, so the first run of a trace comes last
                    candidate = _to_candidate(key.trace_id, key.span_id, key.started_at)
                    found[key.trace_id, key.span_id] = found[key.trace_id, ""] = candidate
                if after is None:
                    break
        return found


def _to_candidate(trace_id: str, span_id: str, started_at: datetime) -> Candidate:
    return Candidate(trace_id=trace_id, span_id=span_id, started_at=started_at, reason="import")


def _read_tasks(queue: Queue, tasks: Sequence[Any]) -> list[ReadTask]:
    read: list[ReadTask] = []
    problems: list[FieldProblem] = []
    for place, task in enumerate(tasks):
        try:
            found = read_task(task, queue.spec.labels)
            read.append(
                ReadTask(
                    found.trace_id,
                    found.span_id,
                    tuple(_check(queue, one) for one in found.annotations),
                )
            )
        except ValueError as error:
            problems.append(FieldProblem(f"[{place}]", f"{error}."))
        except InvalidFields as error:
            problems += [FieldProblem(f"[{place}].{one.at}", one.problem) for one in error.problems]
    if problems:
        _refuse(problems)
    return read


def _check(queue: Queue, annotation: ReadAnnotation) -> ReadAnnotation:
    labels = check_answers(queue.spec.labels, annotation.labels)
    return ReadAnnotation(
        annotation.annotator, labels, annotation.seconds, annotation.created_at, annotation.gold
    )


def _refuse(problems: Sequence[FieldProblem]) -> NoReturn:
    more = len(problems) - _SHOWN
    raise InvalidFields(
        "The tasks are not acceptable" if more <= 0 else f"The tasks are not acceptable, {more} more",
        problems[:_SHOWN],
        hint="Nothing was imported. Export a queue to see the form.",
        code="invalid_tasks",
    )
