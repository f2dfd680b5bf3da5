"""The token of an answer."""

from __future__ import annotations

from uuid import UUID

import pytest

from answerable.core.ids import new_id, new_trace_id
from answerable.core.signing import MAX_TOKEN, Signer, TokenExpired
from answerable.feedback.tokens import FeedbackTokens, Subject
from tests.fakes.clock import FixedClock


@pytest.mark.parametrize("key_id", [None, new_id()])
@pytest.mark.parametrize("user", ["", "ann", "ü" * 200, "🗼" * 200])
def test_a_token_gives_back_what_it_was_made_of(key_id: UUID | None, user: str) -> None:
    clock = FixedClock()
    tokens = FeedbackTokens(Signer(b"s" * 32), clock=clock, days=30)
    subject = Subject(
        trace_id=new_trace_id(),
        span_id="0123456789abcdef",
        app="a" * 60,
        variant="v" * 60 + "@0123456789ab",
        answered_at=clock.now(),
        key_id=key_id,
        user=user,
    )
    token = tokens.issue(subject)
    assert len(token) <= MAX_TOKEN
    assert tokens.read(token) == subject
    clock.advance(30 * 86_400)
    with pytest.raises(TokenExpired):
        tokens.read(token)
