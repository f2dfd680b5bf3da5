"""The JSON of feedback and of browsers' sessions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from answerable.api.bodies import RequestBody
from answerable.core.signing import MAX_TOKEN
from answerable.evaluation.judging.calibration.types import Found
from answerable.evaluation.judging.calibration.wording import tell_trust
from answerable.feedback.types import Score
from answerable.quality.given import MAX_CATEGORY, MAX_COMMENT, MAX_FINAL_TEXT, Given
from answerable.quality.scoring import Scored

TraceId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class FeedbackBody(RequestBody):
    """About which answer: `token`, `trace_id`, or `conversation_id` with `message`; and at least one thing to say."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"trace_id": "0af7651916cd43dd8448eb211c80319c", "thumb": "down", "comment": "Outdated."}
            ]
        },
    )

    token: str | None = Field(
        None, max_length=MAX_TOKEN, description="the answer's `feedback_token`; instead of an API key"
    )
    trace_id: TraceId | None = None
    conversation_id: str | None = Field(None, max_length=200)
    message: int | None = Field(None, ge=0, le=2**31 - 1, description="its number in the conversation")
    user: str | None = Field(None, max_length=200, description="whose feedback it is; else that of who asked")
    thumb: Literal["up", "down", "none"] | None = Field(None, description="`none` takes it back")
    rating: int | None = Field(None, ge=1, le=5)
    comment: str | None = Field(None, max_length=MAX_COMMENT)
    category: str | None = Field(None, max_length=MAX_CATEGORY)
    final_text: str | None = Field(
        None, max_length=MAX_FINAL_TEXT, description="the text that the user finally used"
    )
    action: Literal["copied"] | None = None
    idempotency_key: str | None = Field(
        None, min_length=1, max_length=200, description="also as the header Idempotency-Key"
    )

    @model_validator(mode="after")
    def _check_subject(self) -> Self:
        named = [self.token is not None, self.trace_id is not None, self.conversation_id is not None]
        if sum(named) != 1:
            raise ValueError("name the answer by one of token, trace_id and conversation_id with message")
        if (self.conversation_id is None) != (self.message is None):
            raise ValueError("conversation_id and message go together")
        return self

    def to_given(self) -> Given:
        """Return what is said. Raises InvalidInput when it is nothing."""
        return Given(
            thumb=self.thumb,
            rating=self.rating,
            comment=self.comment,
            category=self.category,
            final_text=self.final_text,
            copied=self.action == "copied",
        )


class ScoreOut(BaseModel):
    name: str
    source: Literal["user", "human", "judge", "code"]
    value: float | None
    label: str | None
    text: str | None
    by: str
    evaluator: str
    evaluator_version: str
    trust: str | None = Field(description="how far the judge agrees with people; null where no judge scored")
    span_id: str | None
    created_at: datetime | None
    updated_at: datetime | None


class FeedbackOut(BaseModel):
    trace_id: str
    names: list[str] = Field(description="the scores that were written")
    accepted: bool | None = Field(description="whether the user took the answer; null: nothing tells")
    attached: bool = Field(description="false: the trace is not written yet; the feedback is kept for it")


class SessionBody(RequestBody):
    model_config = ConfigDict(json_schema_extra={"examples": [{"app": "ask", "user": "u1", "minutes": 15}]})

    app: str = Field(max_length=200, description="the one app that the session may ask")
    user: str = Field("", max_length=200, description="as whom it asks, in the words of your system")
    groups: list[str] | None = Field(
        None,
        max_length=50,
        description="document groups that it may read, of the key's; null: all of the key's",
    )
    minutes: int = Field(15, ge=1, le=24 * 60)


class SessionOut(BaseModel):
    token: str
    expires_at: datetime
    app: str


def render_scored(scored: Scored) -> dict[str, Any]:
    return {
        "trace_id": scored.trace_id,
        "names": [score.name for score in scored.scores],
        "accepted": scored.accepted,
        "attached": scored.attached,
    }


def render_score(score: Score, calibrations: Mapping[UUID, Found | None]) -> dict[str, Any]:
    shown = {name: getattr(score, name) for name in ScoreOut.model_fields if name != "trust"}
    return shown | {"trust": tell_trust(score, calibrations)}
