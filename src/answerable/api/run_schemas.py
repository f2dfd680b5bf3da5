"""What a run of an app answers, as JSON."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from answerable.answering.types import Answer
from answerable.api.render import render_citation, render_source
from answerable.api.schemas import CitationOut


class UsageOut(BaseModel):
    """Tokens of all calls of a run. Cached, reasoning and image tokens are contained in the input and the output."""

    input_tokens: int
    output_tokens: int
    cached_input_tokens: int
    cache_write_tokens: int
    reasoning_tokens: int
    image_tokens: int


class RunOut(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "output": '{"category": "billing", "urgency": "high"}',
                    "data": {"category": "billing", "urgency": "high"},
                    "app": "triage",
                    "variant": "main@4c1d2a90be11",
                    "model": "openai:gpt-5-mini",
                    "trace_id": "0af7651916cd43dd8448eb211c80319c",
                    "finish_reason": "stop",
                    "usage": {
                        "input_tokens": 310,
                        "output_tokens": 24,
                        "cached_input_tokens": 0,
                        "cache_write_tokens": 0,
                        "reasoning_tokens": 0,
                        "image_tokens": 0,
                    },
                    "cost_usd": 0.000126,
                    "saved_usd": None,
                    "cached": False,
                    "conversation_id": None,
                    "sources": [],
                    "citations": [],
                    "abstained": False,
                    "ingesting": False,
                }
            ]
        }
    )

    output: str = Field(description="the text; JSON where the app has an output schema")
    data: Any = Field(description="what `output` holds where the app has an output schema, else null")
    app: str
    variant: str = Field(
        description="its name and the start of the hash of everything that can change an answer"
    )
    model: str
    trace_id: str
    finish_reason: Literal["stop", "length", "content_filter", "other"]
    usage: UsageOut
    cost_usd: float | None = Field(description="null when the price of the model is unknown")
    saved_usd: float | None = Field(description="what a cached answer would have cost")
    cached: bool
    conversation_id: str | None
    sources: list[str] = Field(description="of a `rag` app; marker [n] is entry n")
    citations: list[CitationOut]
    abstained: bool
    ingesting: bool = Field(description="it abstained while documents were still coming in: ask again later")
    feedback_token: str | None = Field(None, description="for POST /v1/feedback without a key")


def render_run(answer: Answer) -> dict[str, Any]:
    usage = answer.usage
    return {
        "output": answer.answer,
        "data": answer.data,
        "app": answer.app,
        "variant": answer.variant,
        "model": answer.model,
        "trace_id": answer.trace_id,
        "finish_reason": answer.finish_reason,
        "usage": {name: getattr(usage, name) for name in UsageOut.model_fields},
        "cost_usd": None if answer.cost_usd is None else float(answer.cost_usd),
        "saved_usd": None if answer.saved_usd is None else float(answer.saved_usd),
        "cached": answer.cached,
        "conversation_id": answer.conversation_id,
        "sources": [render_source(hit) for hit in answer.sources],
        "citations": [render_citation(citation, answer.sources) for citation in answer.citations],
        "abstained": answer.abstained,
        "ingesting": answer.ingesting,
        "feedback_token": answer.feedback_token,
    }
