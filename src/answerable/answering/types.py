"""The values of answering: verdicts, citations, answers and the events of a stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from answerable.knowledge.types import Hit

Verdict = Literal["supported", "partial", "unsupported", "unchecked"]
PolicyName = Literal["keep", "strip", "repair", "abstain"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage that a sentence may lean on. `number` is its marker in the answer."""

    number: int
    text: str
    title: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Citation:
    """One sentence of an answer and what became of its citations.

    `start` and `end` are character offsets of the sentence in the answer's text, end exclusive. `source` is the
    number of the passage that supports it best (None when none does), `passage_start` and `passage_end` the best
    span in that passage's text. `reason` says in plain words why the verdict is not `supported`.
    """

    sentence: str
    start: int
    end: int
    markers: tuple[int, ...]
    verdict: Verdict
    score: float
    source: int | None = None
    passage_start: int | None = None
    passage_end: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What `POST /ask` returns; `sources` are the passages that were put before the model, in marker order."""

    answer: str
    sources: tuple[Hit, ...]
    citations: tuple[Citation, ...]
    tokens_used: int
    cost_usd: Decimal | None
    trace_id: str
    app: str
    variant: str
    model: str
    abstained: bool = False
    cached: bool = False
    verdict_counts: dict[str, int] = field(default_factory=dict)
    timings_ms: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourcesEvent:
    trace_id: str
    sources: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class DeltaEvent:
    text: str


@dataclass(frozen=True, slots=True)
class CitationEvent:
    citation: Citation


@dataclass(frozen=True, slots=True)
class DoneEvent:
    answer: Answer


AnswerEvent = SourcesEvent | DeltaEvent | CitationEvent | DoneEvent
