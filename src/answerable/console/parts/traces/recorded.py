"""What is kept of a run, read for its page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from answerable.answering.types import Citation
from answerable.evaluation.judging.calibration.types import Found
from answerable.feedback.types import Score
from answerable.knowledge.types import Groups, StoredPassage
from answerable.traces.reading.tree import SpanTree, build_tree
from answerable.traces.types import Span, Trace
from answerable.wiring import Services

_FIELDS = {field.name for field in fields(Citation)}


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """A run with everything around it. `runs` are all of its trace, in their order.

    `passages` are its sources in marker order; None is one that is no longer in the index, or not to be seen.
    `calibrations` are those of the judges among the `scores`, by the id of the score.
    """

    trace: Trace
    runs: tuple[Trace, ...]
    spans: tuple[Span, ...]
    tree: SpanTree
    passages: tuple[StoredPassage | None, ...]
    citations: tuple[Citation, ...]
    scores: tuple[Score, ...]
    calibrations: Mapping[UUID, Found | None]

    @property
    def titles(self) -> list[str]:
        """What the sources are called; one that is gone has no title."""
        return [
            (passage.document.title or passage.document.uri) if passage else "no longer in the index"
            for passage in self.passages
        ]


async def read_run(services: Services, trace_id: str, *, span_id: str | None, groups: Groups) -> RecordedRun:
    """Return the run with that span, or the first of the trace. Raises NotFound."""
    trace = await services.traces.get(trace_id, span_id=span_id)
    runs = await services.traces.list_runs(trace.id)
    spans = await services.traces.get_spans(trace.id, began=trace.started_at)
    found = await services.knowledge.list_passages(trace.sources, groups=groups)
    scores = await services.feedback.list_scores(trace.id)
    return RecordedRun(
        trace=trace,
        runs=runs,
        spans=spans,
        tree=build_tree(spans),
        passages=tuple(found.get(id) for id in trace.sources),
        citations=read_citations(trace),
        scores=scores,
        calibrations=await services.judges.find_calibrations(scores),
    )


def read_citations(trace: Trace) -> tuple[Citation, ...]:
    """Return the sentences of the answer with their verdicts."""
    return place_citations(trace.output, trace.citations)


def place_citations(text: str, recorded: Iterable[Mapping[str, Any]]) -> tuple[Citation, ...]:
    """Return the sentences of an answer with their verdicts, each at its place in the text as it was kept.

    What was redacted moves the text behind it; a sentence that was redacted itself is left out.
    """
    found: list[Citation] = []
    reached = 0
    for kept in recorded:
        sentence = str(kept.get("sentence", ""))
        start = text.find(sentence, reached) if sentence else -1
        if start >= 0:
            reached = start + len(sentence)
            found.append(_to_citation(kept, start, reached))
    return tuple(found)


def _to_citation(kept: Mapping[str, Any], start: int, end: int) -> Citation:
    values = {name: value for name, value in kept.items() if name in _FIELDS}
    return Citation(**{**values, "markers": tuple(kept.get("markers") or ()), "start": start, "end": end})
