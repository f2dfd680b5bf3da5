"""Feedback comes in: by a key, by a signed token, for a trace or for a message of a conversation."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from answerable.access.limits import RateLimiter
from answerable.access.types import Principal
from answerable.conversations.service import ConversationService
from answerable.conversations.types import Owner
from answerable.core.errors import NotFound
from answerable.feedback.tokens import FeedbackTokens, Subject
from answerable.feedback.types import Score
from answerable.quality.given import Given
from answerable.quality.scoring import Scored, Scorer, to_subject
from answerable.quality.signals import thumb
from answerable.traces.service import TraceService
from answerable.traces.types import Trace

FEEDBACK_AN_ANSWER: Final = 30
"""Times a minute that feedback on one answer is taken by token."""
_ANY_ANSWER: Final = frozenset({"admin", "developer"})
_HINT: Final = "An answer names its own as `trace_id`; it is known within a second, and until it is deleted."


class FeedbackIntake:
    """Takes feedback at any time after the answer, and again: from one user there is one thumb, one comment, and so on.

    `per_key` and `per_answer` bound what comes by token.
    """

    def __init__(
        self,
        *,
        scorer: Scorer,
        traces: TraceService,
        conversations: ConversationService,
        tokens: FeedbackTokens,
        per_key: RateLimiter,
        per_answer: RateLimiter,
    ) -> None:
        self._scorer = scorer
        self._traces = traces
        self._conversations = conversations
        self._tokens = tokens
        self._per_key = per_key
        self._per_answer = per_answer

    async def give(
        self,
        principal: Principal,
        trace_id: str,
        given: Given,
        *,
        user: str | None = None,
        idempotency_key: str | None = None,
    ) -> Scored:
        """Take feedback on an answer that the key may speak of: its own; a developer of any.

        Raises NotFound for a trace that is unknown, gone or another key's, the same for all three, and Conflict for an
        idempotency key that was used for another answer.
        """
        trace = await self._find_own(principal, trace_id)
        owner = Owner(principal.key_id, principal.user or user or trace.user or "")
        return await self._write(given, to_subject(trace), trace, owner.user, idempotency_key)

    async def give_on_message(
        self,
        principal: Principal,
        conversation_id: str,
        message: int,
        given: Given,
        *,
        user: str | None = None,
        idempotency_key: str | None = None,
    ) -> Scored:
        """Take feedback on the turn of a conversation that a message (numbered from 0) belongs to.

        Raises NotFound for a conversation or a message that is not there for this key and user.
        """
        owner = Owner(principal.key_id, principal.user or user or "")
        page = await self._conversations.list_messages(owner, conversation_id, after=message - 1, limit=1)
        if not page.messages or page.messages[0].number != message:
            raise NotFound(
                f"The conversation has no message {message}.",
                hint="Its messages count from 0, questions and answers alike.",
                code="unknown_message",
            )
        trace_id = page.messages[0].trace_id
        return await self.give(principal, trace_id, given, user=user, idempotency_key=idempotency_key)

    async def give_by_token(self, token: str, given: Given, *, idempotency_key: str | None = None) -> Scored:
        """Take feedback on the answer that a token was made for, also before its trace is written.

        Raises TokenInvalid and TokenExpired, both Forbidden, and RateLimited.
        """
        subject = self._tokens.read(token)
        self._per_answer.take(UUID(hex=subject.trace_id))
        self._per_key.take(subject.key_id or UUID(int=0))
        try:
            trace = await self._traces.get(subject.trace_id, span_id=subject.span_id)
        except NotFound:  # another process has not written it yet, or it is gone and its token is not
            trace = None
        return await self._write(given, subject, trace, subject.user, idempotency_key)

    async def _find_own(self, principal: Principal, trace_id: str) -> Trace:
        """Return the first run of the trace that the principal may speak of; a trace may hold those of several."""
        try:
            runs = await self._traces.list_runs(trace_id)
        except NotFound:
            runs = ()
        for run in runs:
            if _may_speak_of(principal, run):
                return run
        raise NotFound(
            f"There is no trace {trace_id[:64]!r} that this key may give feedback on.",
            hint=_HINT,
            code="unknown_trace",
        )

    async def _write(
        self, given: Given, subject: Subject, trace: Trace | None, by: str, idempotency_key: str | None
    ) -> Scored:
        def is_withdrawn(score: Score) -> bool:
            mine = score.source == "user" and score.by == by
            return mine and score.name == thumb.SIGNAL.name and given.thumb == "none"

        return await self._scorer.score(
            subject,
            given.to_scores(subject, by=by, idempotency_key=idempotency_key),
            trace=trace,
            idempotency_key=idempotency_key,
            withdrawn=is_withdrawn,
        )


def _may_speak_of(principal: Principal, trace: Trace) -> bool:
    if principal.role in _ANY_ANSWER:
        return True
    return trace.key_id == principal.key_id and principal.user in {None, trace.user or ""}
