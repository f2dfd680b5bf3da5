"""`/v1/feedback`: what users think of answers, with a key or with the token of an answer."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request

from answerable.api.feedback_schemas import FeedbackBody, FeedbackOut, ScoreOut, render_score, render_scored
from answerable.api.security import Developer, ServicesDep, authenticate_asker, get_user
from answerable.quality.scoring import Scored
from answerable.wiring import Services

router = APIRouter(prefix="/v1/feedback", tags=["feedback"])


@router.post("", response_model=FeedbackOut)
async def give_feedback(
    body: FeedbackBody,
    request: Request,
    services: ServicesDep,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> dict[str, Any]:
    """Say something about an answer, at any time; said again, it replaces what the same user said before.

    With the answer's `feedback_token` as `token` it needs no key. A key of role `app` speaks of its own answers.
    """
    key = body.idempotency_key or idempotency_key
    if body.token is not None:
        return render_scored(
            await services.feedback_intake.give_by_token(body.token, body.to_given(), idempotency_key=key)
        )
    return render_scored(await _give_by_key(body, request, services, key))


@router.get("", response_model=dict[str, list[ScoreOut]])
async def list_scores(
    _: Developer, services: ServicesDep, trace_id: Annotated[str, Query(pattern=r"^[0-9a-f]{32}$")]
) -> dict[str, Any]:
    """List everything that was said of one trace and derived from it, the oldest first."""
    scores = await services.feedback.list_scores(trace_id)
    calibrations = await services.judges.find_calibrations(scores)
    return {"scores": [render_score(score, calibrations) for score in scores]}


async def _give_by_key(body: FeedbackBody, request: Request, services: Services, key: str | None) -> Scored:
    principal = await authenticate_asker(request)
    user = get_user(principal, body.user)
    given, intake = body.to_given(), services.feedback_intake
    if body.trace_id is not None:
        return await intake.give(principal, body.trace_id, given, user=user, idempotency_key=key)
    assert body.conversation_id is not None
    assert body.message is not None
    return await intake.give_on_message(
        principal, body.conversation_id, body.message, given, user=user, idempotency_key=key
    )
