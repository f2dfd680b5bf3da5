"""The values of review: queues, items, what annotators said, and what it came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from answerable.reviews.answers import Answers
from answerable.reviews.spec import QueueSpec

QueueState = Literal["open", "paused"]
ItemState = Literal["open", "disputed", "done"]


@dataclass(frozen=True, slots=True)
class Queue:
    """A work list. A `paused` one takes in no new runs; what is in it can be worked on.

    `looked` says up to which start of a run each look at new runs has gone, `scored` up to which change of a score.
    `taken` is how many items each group with a bound has put in. `problem` is why it is not filled any more, empty
    while it is.
    """

    id: UUID
    spec: QueueSpec
    state: QueueState
    created_by: str
    created_at: datetime
    looked: tuple[datetime, ...]
    scored: datetime
    taken: Mapping[str, int] = field(default_factory=dict)
    problem: str = ""

    @property
    def name(self) -> str:
        return self.spec.name


@dataclass(frozen=True, slots=True)
class Candidate:
    """A run that a rule found, and by which part of it."""

    trace_id: str
    span_id: str
    started_at: datetime
    reason: str
    slice: str = ""
    priority: int = 0
    gold: Answers | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A run in a queue. `reason` is the part of the rule that put it in, `slice` the named part of the runs.

    `final` is what counts in the end, once it is `done`; `settled_by` is the adjudicator, None where the annotators
    agreed. With `gold` the right labels are known, and everybody gets it.
    """

    id: int
    queue_id: UUID
    trace_id: str
    span_id: str
    started_at: datetime
    reason: str
    slice: str
    priority: int
    state: ItemState
    gold: Answers | None
    annotations: int
    final: Answers | None
    settled_by: str | None
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """An item that is locked for one annotator. `mine` is what they said of it before, where they undid it."""

    item: Item
    until: datetime
    mine: Answers | None = None


@dataclass(frozen=True, slots=True)
class Annotation:
    """What one annotator said of an item, by the names of the labels. `seconds` is how long it took."""

    id: UUID
    item_id: int
    annotator: str
    labels: Answers
    seconds: float
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Saved:
    """An annotation, and what became of its item."""

    annotation: Annotation
    item: Item


@dataclass(frozen=True, slots=True)
class Undone:
    """An annotation taken back: the item is the annotator's again. `final` is what had counted until now."""

    held: Held
    annotation: Annotation
    final: Answers | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a queue is. Gold questions count only as such."""

    items: int
    open: int
    disputed: int
    done: int
    gold: int
    annotations: int
    slices: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AnnotatorFacts:
    """What one annotator did in a queue. Shares are None where there is nothing to compare with."""

    annotator: str
    items: int
    median_seconds: float
    agrees: float | None
    """Share of their labels that are what most annotators of the item said."""
    compared: int
    gold: float | None
    """Share of the gold questions that they answered right."""
    gold_items: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """A page of a queue's items in the order they came. `next_after` goes on; None ends it."""

    items: Sequence[Item]
    next_after: int | None


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of putting runs in: `added` new items; `known` were there, `over` were beyond a quota."""

    added: int = 0
    known: int = 0
    over: int = 0

    def __add__(self, other: Taken) -> Taken:
        return Taken(self.added + other.added, self.known + other.known, self.over + other.over)
