"""The token that each answer carries: with it a browser may say what it thinks of that answer, and of no other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from answerable.core.clock import Clock
from answerable.core.signing import Signer

PURPOSE: Final = "feedback"


@dataclass(frozen=True, slots=True)
class Subject:
    """The answer that feedback is about, and whose it is. `answered_at` is when its run began, to the millisecond."""

    trace_id: str
    span_id: str
    app: str
    variant: str
    answered_at: datetime
    key_id: UUID | None = None
    user: str = ""


class FeedbackTokens:
    """Issues and reads tokens, in some 10 microseconds each and without a look into the database."""

    def __init__(self, signer: Signer, *, clock: Clock, days: int) -> None:
        self._signer = signer
        self._clock = clock
        self._age = timedelta(days=days)

    def issue(self, subject: Subject) -> str:
        """Return a token for an answer, valid for the days that the settings say."""
        payload = {
            "t": subject.trace_id,
            "r": subject.span_id,
            "a": subject.app,
            "v": subject.variant,
            "s": int(subject.answered_at.timestamp() * 1000),
            "k": None if subject.key_id is None else subject.key_id.hex,
            "u": subject.user,
        }
        return self._signer.sign(PURPOSE, payload, self._clock.now() + self._age)

    def read(self, token: str) -> Subject:
        """Return the answer that a token is for. Raises TokenInvalid and TokenExpired."""
        payload = self._signer.read(PURPOSE, token, self._clock.now())
        return Subject(
            trace_id=payload["t"],
            span_id=payload["r"],
            app=payload["a"],
            variant=payload["v"],
            answered_at=datetime.fromtimestamp(payload["s"] / 1000, UTC),
            key_id=None if payload["k"] is None else UUID(hex=payload["k"]),
            user=payload["u"],
        )
