"""Feedback over a real database: everything from the trace to its scores."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from numpy.typing import NDArray

from answerable.access.limits import RateLimiter
from answerable.access.types import Principal, Role
from answerable.conversations.service import ConversationService
from answerable.core.clock import SystemClock
from answerable.core.ids import new_id, new_trace_id
from answerable.core.signing import Signer
from answerable.db.database import Database
from answerable.feedback.asked.service import AskedRunService
from answerable.feedback.service import FeedbackService
from answerable.feedback.tokens import FeedbackTokens
from answerable.quality.deriving import SignalDeriver
from answerable.quality.feedback import FeedbackIntake
from answerable.quality.scoring import Scorer
from answerable.quality.signals.contradicted import Contradicted
from answerable.quality.signals.retry import WINDOW, Retry
from answerable.traces.service import TraceService
from answerable.traces.types import Trace
from tests.fakes.clock import ShiftedClock


@dataclass
class Parts:
    """What serves feedback, and what stands for another process that has not written its traces."""

    database: Database
    traces: TraceService
    elsewhere: TraceService
    feedback: FeedbackService
    intake: FeedbackIntake
    tokens: FeedbackTokens
    deriver: SignalDeriver
    conversations: ConversationService
    clock: ShiftedClock
    embedded: list[str] = field(default_factory=list)

    async def names(self, trace: Trace) -> dict[str, float | None]:
        """Return the scores of a trace by their names."""
        return {score.name: score.value for score in await self.feedback.list_scores(trace.id)}

    def record(self, question: str = "How tall is the tower?", **changes: Any) -> Trace:
        trace = make_run(question, **changes)
        self.traces.record(trace)
        return trace

    async def derive(self) -> None:
        await self.traces.flush()
        while await self.deriver.derive():
            pass


def make_run(question: str = "How tall is the tower?", **changes: Any) -> Trace:
    """Return a run of a key of its own that was answered just now."""
    values: dict[str, Any] = {
        "id": new_trace_id(),
        "span_id": new_id().hex[:16],
        "started_at": SystemClock().now() - timedelta(seconds=20),
        "duration_ms": 900.0,
        "app": "ask",
        "variant": "main@0123456789ab",
        "variant_hash": "0" * 64,
        "status": "ok",
        "input": {"input": {"question": question}},
        "output": "It is 46 metres tall. [1]",
        "key_id": new_id(),
    }
    return Trace(**{**values, **changes})


def make_principal(key_id: UUID | None, role: Role = "app", **changes: Any) -> Principal:
    return replace(Principal(key_id or new_id(), "test", role, None), **changes)


@pytest.fixture
def parts(database: Database) -> Parts:
    clock = ShiftedClock()
    asked = AskedRunService(database, window=WINDOW)
    traces = TraceService(database, on_served=asked.enqueue)
    elsewhere = TraceService(database, on_served=asked.enqueue)
    feedback = FeedbackService(database)
    conversations = ConversationService(database)
    tokens = FeedbackTokens(Signer(b"s" * 32), clock=clock, days=30)
    scorer = Scorer(database=database, feedback=feedback, traces=traces, clock=clock)
    embedded: list[str] = []

    async def embed(text: str) -> NDArray[np.float32]:
        """No two texts are like each other."""
        if text not in embedded:
            embedded.append(text)
        vector = np.zeros(100, dtype=np.float32)
        vector[embedded.index(text)] = 1.0
        return vector

    return Parts(
        database=database,
        traces=traces,
        elsewhere=elsewhere,
        feedback=feedback,
        intake=FeedbackIntake(
            scorer=scorer,
            traces=traces,
            conversations=conversations,
            tokens=tokens,
            per_key=RateLimiter(per_minute=0, clock=clock),
            per_answer=RateLimiter(per_minute=60, clock=clock, who="The feedback on this answer"),
        ),
        tokens=tokens,
        deriver=SignalDeriver(
            database=database,
            asked=asked,
            feedback=feedback,
            traces=traces,
            scorer=scorer,
            signals=[Retry(embed=embed, ask_the_same=lambda *_: True), Contradicted()],
            keep_days=lambda _: 90,
            clock=clock,
            interval=0.05,
        ),
        conversations=conversations,
        clock=clock,
        embedded=embedded,
    )
