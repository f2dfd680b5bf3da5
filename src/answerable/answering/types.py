"""The values of answering: verdicts, citations, answers and the events of a stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from answerable.knowledge.types import Groups, Hit
from answerable.llm.types import Attempt, ChatResult, Message, OutputSchema, Usage
from answerable.traces.origin import Origin
from answerable.traces.types import Purpose

Verdict = Literal["supported", "partial", "unsupported", "unchecked"]
PolicyName = Literal["keep", "strip", "repair", "abstain"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `key_id` is None for the command line on its own workspace; `groups` as in knowledge.types.

    `origin` is the request over HTTP that brought the question, None where there was none. `only_app` is the one app
    that may be asked, None where any may.
    """

    key_id: UUID | None = None
    key_name: str | None = None
    groups: Groups = None
    user: str | None = None
    origin: Origin | None = None
    only_app: str | None = None


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One request to an app of any kind, checked against nothing yet.

    `app` is `NAME`, `NAME@VARIANT` or None for the default one. `input` holds the declared variables by name (a
    `rag` app has one, `question`); images and documents are bytes. `messages` are what an OpenAI client sends
    instead: the earlier turns, and last the user's. `output` asks for JSON where the variant does not.
    """

    app: str | None = None
    input: Mapping[str, Any] = field(default_factory=dict)
    messages: tuple[Message, ...] = ()
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    output: OutputSchema | None = None
    collection: str | None = None
    conversation_id: str | None = None
    history: tuple[Message, ...] = ()
    """What was said before, where that is no conversation of ours."""
    fresh: bool = False
    """Whether to pass the cache by."""
    model: str | None = None
    """Asked in place of the variant's models, for measuring it; what answers then is a variant of its own."""
    answered: ChatResult | None = None
    """What the first model call of a `prompt` app gave, where it was had elsewhere: by a provider's batch."""
    trace_id: str | None = None
    """What the trace is to be called, where the caller must know before the run is through."""
    purpose: Purpose = "serve"


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
    """What a run returns. `sources` are the passages that were put before the model, in marker order.

    `answer` is the text; where the app has an output schema, `data` is the JSON that it holds. `saved_usd` is what a
    cached answer would have cost.
    """

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
    ingesting: bool = False
    """It abstained while documents of its collection were still coming in."""
    cached: bool = False
    verdict_counts: dict[str, int] = field(default_factory=dict)
    timings_ms: dict[str, float] = field(default_factory=dict)
    data: Any = None
    usage: Usage = field(default_factory=Usage)
    finish_reason: Literal["stop", "length", "content_filter", "other"] = "stop"
    attempts: tuple[Attempt, ...] = ()
    saved_usd: Decimal | None = None
    conversation_id: str | None = None
    feedback_token: str | None = None
    """With it a browser may say what it thinks of this answer, see `feedback.tokens`."""


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
