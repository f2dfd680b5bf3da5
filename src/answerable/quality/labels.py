"""What reviewers said, as scores of the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from answerable.feedback.types import Score
from answerable.reviews.answers import Answers
from answerable.reviews.labels import Label
from answerable.reviews.types import Queue
from answerable.traces.types import Trace

EVALUATOR: Final = "review"
"""How the evaluator of a score begins that comes from a queue; the queue's name follows."""


def to_scores(queue: Queue, final: Answers, trace: Trace) -> list[Score]:
    """Return a score for each label of an item that is decided, so that there is one for each queue and label.

    Yes is 1 and no 0, a scale goes from 0 to 1, a category is a word, a correction a text; marked parts are none.
    """
    return [
        replace(
            score, app=trace.app, variant=trace.variant, key_id=trace.key_id, answered_at=trace.started_at
        )
        for score in name_scores(queue, final, trace_id=trace.id, began=trace.started_at)
    ]


def name_scores(queue: Queue, final: Answers, *, trace_id: str, began: datetime) -> list[Score]:
    """Return the scores of an item without what only its trace knows: enough to take them back."""
    return [
        Score(
            trace_id=trace_id,
            app="",
            variant="",
            answered_at=began,
            name=name,
            source="human",
            value=value,
            label=word,
            text=text,
            evaluator=f"{EVALUATOR}:{queue.name}",
        )
        for name, value, word, text in _list_values(queue.spec.labels, final)
    ]


def _list_values(
    labels: tuple[Label, ...], final: Answers
) -> Iterator[tuple[str, float | None, str | None, str | None]]:
    for label in labels:
        value: Any = final.get(label.name)
        if value is None:
            continue
        match label.kind:
            case "boolean":
                yield label.name, float(value), "yes" if value else "no", None
            case "category":
                yield label.name, None, ", ".join(value) if isinstance(value, list) else value, None
            case "scale":
                share = (value - label.least) / (label.most - label.least)
                yield label.name, share, f"{value} ({label.least} to {label.most})", None
            case "correction":
                yield label.name, None, None, value
            case _:
                pass
