"""Sessions of browsers, feedback and the signals that are derived."""

from __future__ import annotations

from contextlib import AsyncExitStack

from answerable.access.limits import RateLimiter
from answerable.access.service import AccessService
from answerable.access.sessions import SessionService
from answerable.answering.caching.agreement import ask_the_same
from answerable.apps.service import AppService
from answerable.conversations.service import ConversationService
from answerable.core.clock import SystemClock
from answerable.core.signing import Signer
from answerable.db.database import Database
from answerable.feedback.asked.service import AskedRunService
from answerable.feedback.service import FeedbackService
from answerable.feedback.tokens import FeedbackTokens
from answerable.llm.minilm.model import NAME as LOCAL_EMBEDDER
from answerable.llm.service import Models
from answerable.quality.deriving import SignalDeriver
from answerable.quality.feedback import FEEDBACK_AN_ANSWER, FeedbackIntake
from answerable.quality.scoring import Scorer
from answerable.quality.signals.contradicted import Contradicted
from answerable.quality.signals.retry import WINDOW, Retry
from answerable.settings import Settings
from answerable.traces.service import TraceService


def make_sessions(settings: Settings, access: AccessService, signer: Signer) -> SessionService:
    clock = SystemClock()
    limiter = RateLimiter(
        per_minute=settings.server.session_requests_per_minute,
        clock=clock,
        who="This session",
        setting="server.session_requests_per_minute",
    )
    return SessionService(access, signer, limiter=limiter, clock=clock)


def make_feedback_intake(
    settings: Settings,
    scorer: Scorer,
    traces: TraceService,
    conversations: ConversationService,
    tokens: FeedbackTokens,
) -> FeedbackIntake:
    clock, setting = SystemClock(), "feedback.requests_per_minute"
    most = settings.feedback.requests_per_minute
    return FeedbackIntake(
        scorer=scorer,
        traces=traces,
        conversations=conversations,
        tokens=tokens,
        per_key=RateLimiter(
            per_minute=most, clock=clock, who="The feedback on this key's answers", setting=setting
        ),
        per_answer=RateLimiter(
            per_minute=min(most, FEEDBACK_AN_ANSWER),
            clock=clock,
            who="The feedback on this answer",
            setting=setting,
        ),
    )


async def open_signals(
    database: Database,
    feedback: FeedbackService,
    traces: TraceService,
    scorer: Scorer,
    models: Models,
    apps: AppService,
    stack: AsyncExitStack,
) -> None:
    """Derive signals from runs as they are written, in the background."""
    retry = Retry(embed=models.embedder(LOCAL_EMBEDDER).embed_query, ask_the_same=ask_the_same)
    deriver = SignalDeriver(
        database=database,
        asked=AskedRunService(database, window=WINDOW),
        feedback=feedback,
        traces=traces,
        scorer=scorer,
        signals=[retry, Contradicted()],
        keep_days=lambda app: apps.get_trace_policy(app).keep_days,
        clock=SystemClock(),
    )
    await stack.enter_async_context(deriver.opened())
