"""Our answer as a chat completion."""

from __future__ import annotations

import json
from typing import Any

from answerable.answering.types import Answer
from answerable.api.render import render_citation, render_source
from answerable.apps.types import App
from answerable.llm.types import Usage

OWNER = "answerable"
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_FINISH_REASONS = {"length": "length", "content_filter": "content_filter"}


def render_completion(answer: Answer, *, id: str, model: str, created: int) -> dict[str, Any]:
    """Return the whole body; `model` is the app as it was asked for, `created` Unix seconds."""
    message = {"role": "assistant", "content": answer.answer, "refusal": None}
    return {
        "id": id,
        "object": "chat.completion",
        "created": created,
        "model": model,
        "choices": [
            {"index": 0, "message": message, "logprobs": None, "finish_reason": render_finish_reason(answer)}
        ],
        "usage": render_usage(answer.usage),
        "answerable": render_account(answer),
    }


def dump(value: dict[str, Any]) -> bytes:
    """Return compact JSON; half of a surrogate pair, which UTF-8 cannot hold, becomes a question mark."""
    return _ENCODER.encode(value).encode("utf-8", "replace")


def render_finish_reason(answer: Answer) -> str:
    """Return OpenAI's word; a reason that it has none for is an ordinary end."""
    return _FINISH_REASONS.get(answer.finish_reason, "stop")


def render_usage(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.total,
        "prompt_tokens_details": {"cached_tokens": usage.cached_input_tokens},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }


def render_account(answer: Answer) -> dict[str, Any]:
    """Return what OpenAI's format has no place for: sources, verdicts, price, variant, trace."""
    return {
        "trace_id": answer.trace_id,
        "app": answer.app,
        "variant": answer.variant,
        "model": answer.model,
        "cached": answer.cached,
        "abstained": answer.abstained,
        "ingesting": answer.ingesting,
        "cost_usd": None if answer.cost_usd is None else float(answer.cost_usd),
        "saved_usd": None if answer.saved_usd is None else float(answer.saved_usd),
        "conversation_id": answer.conversation_id,
        "sources": [render_source(hit) for hit in answer.sources],
        "citations": [render_citation(citation, answer.sources) for citation in answer.citations],
        "verdicts": dict(answer.verdict_counts),
        "feedback_token": answer.feedback_token,
    }


def render_model(app: App) -> dict[str, Any]:
    """Return an app as a model; it was made when its labels last moved."""
    moved = [int(label.moved_at.timestamp()) for label in app.labels.values()]
    return {"id": app.name, "object": "model", "created": max(moved, default=0), "owned_by": OWNER}
