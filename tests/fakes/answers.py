"""Requests and answers without an app behind them, and a run that a test holds in its hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from answerable.answering.runs import Work
from answerable.answering.types import (
    Answer,
    AnswerEvent,
    Caller,
    Citation,
    CitationEvent,
    DeltaEvent,
    DoneEvent,
    RunRequest,
    SourcesEvent,
)
from answerable.apps.content import Grounding, Kind, PromptContent, VariantContent
from answerable.apps.types import Variant
from answerable.knowledge.types import DocumentRef, Hit, HitScores
from answerable.llm.types import Attempt, Usage

PASSAGE = "Employees get 30 days of paid leave, also called annual vacation, each year."


def make_variant(kind: Kind = "rag", **content: Any) -> Variant:
    base: dict[str, Any] = {"kind": kind, "model": (("mine:fake-1",),), "prompt": PromptContent(template="x")}
    grounding = Grounding() if kind == "rag" else None
    return Variant("ask", "main", VariantContent(**{**base, "grounding": grounding, **content}))


def make_work(
    question: Any = "How much leave do I get?", *, variant: Variant | None = None, caller: Caller | None = None,
    history: tuple[Any, ...] = (), **request: Any,
) -> Work:  # fmt: skip
    return Work(
        request=RunRequest(**{"input": {"question": question}, **request}),
        caller=caller or Caller(),
        variant=variant or make_variant(),
        trace_id="0" * 32,
        started=0.0,
        live=True,
        history=history,
    )


def make_answer(
    text: str = "Employees get 30 days of paid leave [1].",
    *,
    trace_id: str = "a" * 32,
    cost: Decimal | None = Decimal("0.002"),
    **changes: Any,
) -> Answer:
    document = DocumentRef(UUID(int=7), "handbook.md", "Handbook", {"year": 2026, "tags": ["hr"]})
    hit = Hit(document, "1:0", PASSAGE, ("Leave",), None, 0, len(PASSAGE), 0.9, HitScores(0.8, None))
    values: dict[str, Any] = {
        "answer": text,
        "sources": (hit,),
        "citations": (Citation(text, 0, len(text), (1,), "supported", 1.0, 1, 0, len(PASSAGE)),),
        "tokens_used": 120,
        "cost_usd": cost,
        "trace_id": trace_id,
        "app": "ask",
        "variant": "main@0123456789ab",
        "model": "mine:fake-1",
        "verdict_counts": {"supported": 1},
        "timings_ms": {"total": 12.5},
        "usage": Usage(100, 20),
        "attempts": (Attempt("mine:fake-1", 0.0, 12.0),),
    }
    return Answer(**{**values, **changes})


@dataclass
class ScriptedRun:
    """Yields an answer in pieces, each when the test lets it; `fail_at` raises in place of that piece."""

    answer: Answer = field(default_factory=make_answer)
    pieces: int = 4
    held: bool = False
    failures: list[Exception] = field(default_factory=list)
    fail_at: int = 0
    started: int = 0
    cancelled: int = 0
    _steps: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    def let(self, pieces: int = 1) -> None:
        """Let so many pieces go, of whichever run comes first."""
        for _ in range(pieces):
            self._steps.release()

    async def __call__(self) -> AsyncGenerator[AnswerEvent, None]:
        self.started += 1
        failure = self.failures.pop(0) if self.failures else None
        try:
            yield SourcesEvent(self.answer.trace_id, self.answer.sources)
            for piece in range(self.pieces):
                if self.held:
                    await self._steps.acquire()
                if failure is not None and piece == self.fail_at:
                    raise failure
                yield DeltaEvent(self._cut(piece))
            for citation in self.answer.citations:
                yield CitationEvent(citation)
            yield DoneEvent(self.answer)
        except (asyncio.CancelledError, GeneratorExit):
            self.cancelled += 1
            raise

    def _cut(self, piece: int) -> str:
        text, size = self.answer.answer, -(-len(self.answer.answer) // self.pieces)
        return text[piece * size : (piece + 1) * size]
