"""The values of feedback: scores and their sums."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from answerable.core.ids import new_id

Source = Literal["user", "human", "judge", "code"]
"""Who scores: an end user, a reviewer, an evaluator that is a model, one that is code."""

Level = Literal["minute", "hour", "day"]


@dataclass(frozen=True, slots=True)
class Score:
    """What one says of one answer. `value` is a number, yes and no are 1 and 0; `label` a word; `text` any text.

    There is one score for each trace, span, name, source, `by` and evaluator: a later one replaces it. `by` is the user
    or the reviewer where known, `key_id` the key that the answer was given to. `answered_at` is when the run began: at
    that time the score counts, however late it comes. `created_at` and `updated_at` are the store's.
    """

    trace_id: str
    app: str
    variant: str
    answered_at: datetime
    name: str
    source: Source
    value: float | None = None
    label: str | None = None
    text: str | None = None
    by: str = ""
    span_id: str | None = None
    key_id: UUID | None = None
    evaluator: str = ""
    evaluator_version: str = ""
    idempotency_key: str | None = None
    id: UUID = field(default_factory=new_id)
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def identity(self) -> tuple[str, str, str, str, str, str | None]:
        """What there is one score for."""
        return self.trace_id, self.name, self.source, self.by, self.evaluator, self.span_id


@dataclass(frozen=True, slots=True)
class ScoreSum:
    """How many scores of a name there are in a bucket of time, and what their values add up to."""

    bucket: datetime
    app: str
    variant: str
    name: str
    source: Source
    count: int
    total: float


@dataclass(frozen=True, slots=True)
class ScorePair:
    """What a judge and people said of one answer: `human` is the mean of what reviewers came to in their queues."""

    trace_id: str
    app: str
    variant: str
    answered_at: datetime
    judge: float
    human: float
