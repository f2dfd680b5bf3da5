"""Queues, cases, agreement and examples as the API's JSON. The command line prints the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from answerable.datasets.types import Dataset, Example
from answerable.evaluation.judging.calibration.types import Found
from answerable.evaluation.judging.calibration.wording import tell_trust
from answerable.feedback.types import Score
from answerable.knowledge.types import StoredPassage
from answerable.quality.cases import Case, Told
from answerable.quality.examples import Made
from answerable.reviews.agreement.estimate import Estimate
from answerable.reviews.reports import AgreementReport, LabelAgreement, PairAgreement
from answerable.reviews.types import Annotation, AnnotatorFacts, Item, Progress, Queue, Saved, Taken


def render_queue(queue: Queue, progress: Progress | None = None) -> dict[str, Any]:
    values = {
        **queue.spec.model_dump(mode="json", exclude_none=True),
        "state": queue.state,
        "created_by": queue.created_by,
        "created_at": queue.created_at,
        "problem": queue.problem,
    }
    return values if progress is None else {**values, "progress": asdict(progress)}


def render_item(item: Item) -> dict[str, Any]:
    """Return an item as one who looks after the queue may see it."""
    return {**_render_shown(item), "trace_id": item.trace_id, "span_id": item.span_id, "gold": item.gold}


def render_case(case: Case) -> dict[str, Any]:
    """Return what an annotator sees; of a blind queue nothing that would tell what others think."""
    return {
        "item": _render_shown(case.item) if case.told else {"id": case.item.id, "state": "open"},
        "until": case.until,
        "app": case.app,
        "question": case.question,
        "input": dict(case.input),
        "answer": case.answer,
        "citations": [dict(citation) for citation in case.citations],
        "sources": [_render_source(number, one) for number, one in enumerate(case.passages, start=1)],
        "mine": None if case.mine is None else dict(case.mine),
        "told": None if case.told is None else _render_told(case.told),
    }


def render_saved(saved: Saved, *, blind: bool) -> dict[str, Any]:
    """Return what became of a saved item; a blind queue says nothing of others before it is done."""
    shown = not blind or (saved.item.state == "done" and saved.item.gold is None)
    return {
        "annotation": render_annotation(saved.annotation),
        "item": _render_shown(saved.item) if shown else {"id": saved.item.id},
    }


def render_annotation(annotation: Annotation) -> dict[str, Any]:
    return {**asdict(annotation), "labels": dict(annotation.labels)}


def render_taken(taken: Taken) -> dict[str, Any]:
    return asdict(taken)


def render_annotator(facts: AnnotatorFacts) -> dict[str, Any]:
    return asdict(facts)


def render_agreement(report: AgreementReport) -> dict[str, Any]:
    return {"items": report.items, "labels": [_render_label(label) for label in report.labels]}


def render_dataset(dataset: Dataset) -> dict[str, Any]:
    return asdict(dataset)


def render_example(example: Example) -> dict[str, Any]:
    values = asdict(example)
    values["id"] = None if example.id is None else str(example.id)
    values["added_at"] = None if example.added_at is None else example.added_at.isoformat()
    return values


def render_made(made: Made) -> dict[str, Any]:
    """Return what was added, and which examples ask nearly the same."""
    return {
        "dataset": made.dataset,
        "id": str(made.added.id),
        "new": made.added.new,
        "example": {**render_example(made.example), "id": str(made.added.id)},
        "near_duplicates": [
            {"kind": one.kind, "likeness": round(one.likeness, 4), "example": render_example(one.example)}
            for one in made.near
        ],
    }


def _render_shown(item: Item) -> dict[str, Any]:
    """Return an item without what makes it a gold question."""
    return {
        "id": item.id,
        "state": item.state,
        "reason": item.reason,
        "slice": item.slice,
        "priority": item.priority,
        "annotations": item.annotations,
        "final": None if item.final is None else dict(item.final),
        "settled_by": item.settled_by,
        "added_at": item.added_at,
    }


def _render_source(number: int, passage: StoredPassage | None) -> dict[str, Any] | None:
    if passage is None:
        return None
    return {
        "number": number,
        "document_id": str(passage.document.id),
        "uri": passage.document.uri,
        "title": passage.document.title,
        "chunk_id": passage.chunk_id,
        "text": passage.text,
        "heading_path": list(passage.heading_path),
        "page": passage.page,
        "start": passage.start,
        "end": passage.end,
    }


def _render_told(told: Told) -> dict[str, Any]:
    return {
        "trace_id": told.trace_id,
        "variant": told.variant,
        "model": told.model,
        "thumb": told.thumb,
        "scores": [_render_score(score, told.calibrations) for score in told.scores],
        "annotations": [render_annotation(one) for one in told.annotations],
    }


def _render_score(score: Score, calibrations: Mapping[UUID, Found | None]) -> dict[str, Any]:
    names = ("name", "source", "value", "label", "text", "evaluator")
    return {name: getattr(score, name) for name in names} | {"trust": tell_trust(score, calibrations)}


def _render_label(label: LabelAgreement) -> dict[str, Any]:
    return {
        "label": label.label,
        "kind": label.kind,
        "items": label.items,
        "annotators": label.raters,
        "alpha": _render_estimate(label.alpha),
        "alpha_interval": _render_estimate(label.interval),
        "fleiss_kappa": _render_estimate(label.fleiss),
        "pairs": [_render_pair(pair) for pair in label.pairs],
    }


def _render_pair(pair: PairAgreement) -> dict[str, Any]:
    return {
        "annotators": [pair.first, pair.second],
        "cohen_kappa": _render_estimate(pair.kappa),
        "linear_kappa": _render_estimate(pair.linear),
        "quadratic_kappa": _render_estimate(pair.quadratic),
    }


def _render_estimate(estimate: Estimate | None) -> dict[str, Any] | None:
    return None if estimate is None else asdict(estimate)
