"""Items and annotations as Label Studio's tasks, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from answerable.reviews.answers import Answers
from answerable.reviews.label_studio.config import ANSWER, NO, YES
from answerable.reviews.label_studio.offsets import to_place, to_units
from answerable.reviews.labels import Label
from answerable.reviews.types import Annotation, Item


@dataclass(frozen=True, slots=True)
class TaskText:
    """What a task shows of a run. `sources` are `{id, title, body}`, as the tag List has them."""

    question: str
    answer: str
    sources: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ReadAnnotation:
    """An annotation as a file has it; with `gold` it is the right answer."""

    annotator: str
    labels: Answers
    seconds: float = 0.0
    created_at: datetime | None = None
    gold: bool = False


@dataclass(frozen=True, slots=True)
class ReadTask:
    """A task as a file has it. `span_id` is empty where the task names the trace alone."""

    trace_id: str
    span_id: str = ""
    annotations: tuple[ReadAnnotation, ...] = field(default=())


def write_task(
    item: Item, text: TaskText, labels: Sequence[Label], annotations: Sequence[Annotation]
) -> dict[str, Any]:
    """Return an item with everything said of it as one task; the right answer of a gold question is `ground_truth`."""
    written = [
        _write_annotation(
            labels,
            text.answer,
            one.labels,
            by=one.annotator,
            at=one.created_at,
            seconds=one.seconds,
            id=str(one.id),
        )
        for one in annotations
    ]
    if item.gold is not None:
        gold = _write_annotation(
            labels, text.answer, item.gold, by="gold", at=item.added_at, seconds=0, id="gold"
        )
        written.append({**gold, "ground_truth": True})
    return {
        "id": item.id,
        "data": {
            "question": text.question,
            "answer": text.answer,
            "sources": [dict(source) for source in text.sources],
            "trace_id": item.trace_id,
            "span_id": item.span_id,
        },
        "annotations": written,
        "predictions": [],
        "meta": {
            "reason": item.reason,
            "slice": item.slice,
            "state": item.state,
            "final": None if item.final is None else dict(item.final),
            "settled_by": item.settled_by,
        },
    }


def read_task(task: Any, labels: Sequence[Label], *, answer: str | None = None) -> ReadTask:
    """Return a task. `answer` is the text that spans stand in, where it is known better than from the task.

    Raises ValueError with what is wrong.
    """
    data = task.get("data") if isinstance(task, Mapping) else None
    if not isinstance(data, Mapping) or not isinstance(data.get("trace_id"), str):
        raise ValueError("has no data.trace_id, which says what it is about")
    text = answer if answer is not None else str(data.get("answer", ""))
    annotations = task.get("annotations") or task.get("completions") or []
    if not isinstance(annotations, Sequence):
        raise ValueError("has `annotations` that are no list")
    return ReadTask(
        trace_id=data["trace_id"],
        span_id=str(data.get("span_id") or ""),
        annotations=tuple(
            _read_annotation(one, labels, text)
            for one in annotations
            if isinstance(one, Mapping) and not one.get("was_cancelled")
        ),
    )


def _write_annotation(
    labels: Sequence[Label], text: str, said: Answers, *, by: str, at: datetime, seconds: float, id: str
) -> dict[str, Any]:
    results = [
        {"id": f"{label.name}-{place}", "from_name": label.name, "to_name": ANSWER, **result}
        for label in labels
        if label.name in said
        for place, result in enumerate(_write_values(label, said[label.name], text))
    ]
    return {
        "id": id,
        "completed_by": {"email": by},
        "created_at": at.isoformat(),
        "lead_time": seconds,
        "was_cancelled": False,
        "ground_truth": False,
        "result": results,
    }


def _write_values(label: Label, value: Any, text: str) -> list[dict[str, Any]]:
    match label.kind:
        case "boolean":
            return [{"type": "choices", "value": {"choices": [YES if value else NO]}}]
        case "category":
            return [{"type": "choices", "value": {"choices": value if isinstance(value, list) else [value]}}]
        case "scale":
            return [{"type": "number", "value": {"number": value}}]
        case "span":
            return [{"type": "labels", "value": _write_span(span, text)} for span in value]
        case "correction":
            return [{"type": "textarea", "value": {"text": [value]}}]


def _write_span(span: Mapping[str, Any], text: str) -> dict[str, Any]:
    start, end = span["start"], span["end"]
    return {
        "start": to_units(text, start),
        "end": to_units(text, end),
        "text": text[start:end],
        "labels": [span["label"]],
    }


def _read_annotation(one: Mapping[str, Any], labels: Sequence[Label], text: str) -> ReadAnnotation:
    results = one.get("result")
    if not isinstance(results, Sequence):
        raise ValueError("has an annotation without `result`")
    said: dict[str, Any] = {}
    known = {label.name: label for label in labels}
    for result in results:
        if not isinstance(result, Mapping) or not isinstance(result.get("value"), Mapping):
            raise ValueError("has a result without `value`")
        label = known.get(str(result.get("from_name")))
        if label is None:
            raise ValueError(f"has a result for {result.get('from_name')!r}, which is no label of the queue")
        _read_result(label, result["value"], text, said)
    return ReadAnnotation(
        annotator=_read_annotator(one.get("completed_by")),
        labels=said,
        seconds=float(one["lead_time"]) if isinstance(one.get("lead_time"), int | float) else 0.0,
        created_at=_read_time(one.get("created_at")),
        gold=bool(one.get("ground_truth")),
    )


def _read_result(label: Label, value: Mapping[str, Any], text: str, said: dict[str, Any]) -> None:
    match label.kind:
        case "boolean":
            said[label.name] = _read_list(value, "choices")[:1] == [YES]
        case "category":
            choices = _read_list(value, "choices")
            said[label.name] = choices if label.many else next(iter(choices), None)
        case "scale":
            number = value.get("number", value.get("rating"))
            whole = isinstance(number, int | float) and float(number).is_integer()
            said[label.name] = int(number) if whole and number is not None else number
        case "span":
            said.setdefault(label.name, []).append(_read_span(value, text))
        case "correction":
            said[label.name] = "\n".join(_read_list(value, "text"))


def _read_span(value: Mapping[str, Any], text: str) -> dict[str, Any]:
    start, end = value.get("start"), value.get("end")
    if not isinstance(start, int) or not isinstance(end, int):
        raise ValueError("has a span without `start` and `end`")
    return {
        "start": to_place(text, start),
        "end": to_place(text, end),
        "label": next(iter(_read_list(value, "labels")), None),
    }


def _read_list(value: Mapping[str, Any], name: str) -> list[str]:
    found = value.get(name)
    if isinstance(found, str):
        return [found]
    if not isinstance(found, Sequence):
        raise ValueError(f"has a value without `{name}`")
    return [str(entry) for entry in found]


def _read_annotator(value: Any) -> str:
    """Return a name: Label Studio has a user's number, or an object with the address."""
    if isinstance(value, Mapping):
        value = value.get("email") or value.get("username") or value.get("id")
    if value in (None, ""):
        raise ValueError("has an annotation that does not say by whom it is (`completed_by`)")
    return str(value)


def _read_time(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
