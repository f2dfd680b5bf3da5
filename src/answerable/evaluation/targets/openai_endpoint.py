"""An OpenAI-compatible endpoint, asked as a chat: history, then the example's question."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx

from answerable.core.errors import UpstreamFailed
from answerable.datasets.types import Example
from answerable.evaluation.targets.endpoint import Endpoint
from answerable.evaluation.targets.settings import OpenAISettings
from answerable.evaluation.targets.values import to_output
from answerable.evaluation.types import Output, Target

_MILLION = Decimal(1_000_000)


def open_openai(settings: OpenAISettings, client: httpx.AsyncClient) -> Target:
    """Return the target. Without a key in the environment it is asked without one, as local servers want it."""
    key = os.environ.get(settings.key_env, "")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    endpoint = Endpoint(client, f"{settings.url.rstrip('/')}/chat/completions", headers)

    async def ask(example: Example) -> Output:
        return _read(await endpoint.post(_make_body(settings, example)), settings)

    return ask


def _make_body(settings: OpenAISettings, example: Example) -> dict[str, Any]:
    messages = [{"role": "system", "content": settings.system}] if settings.system else []
    messages += [{"role": turn.role, "content": turn.text} for turn in example.history]
    messages.append({"role": "user", "content": _find_question(example)})
    body = {
        "model": settings.model,
        "messages": messages,
        "temperature": settings.temperature,
        "max_tokens": settings.max_tokens,
    }
    return {name: value for name, value in body.items() if value is not None}


def _find_question(example: Example) -> str:
    """Return the question, the only value, or all of the input as JSON."""
    values = example.input
    asked = values.get("question", next(iter(values.values())) if len(values) == 1 else None)
    return asked if isinstance(asked, str) else json.dumps(dict(values), ensure_ascii=False)


def _read(answer: Any, settings: OpenAISettings) -> Output:
    try:
        message = answer["choices"][0]["message"]
    except (KeyError, IndexError, TypeError) as error:
        raise UpstreamFailed("Its answer has no choice with a message.", code="no_output") from error
    calls = [_read_call(call) for call in message.get("tool_calls") or ()]
    usage = answer.get("usage") or {}
    output = to_output(
        {
            "text": message.get("content") or "",
            "tool_calls": calls,
            "usage": usage,
            "model": answer.get("model", settings.model),
        }
    )
    return replace(output, cost_usd=_find_cost(output, settings))


def _read_call(call: Mapping[str, Any]) -> dict[str, Any]:
    function = call.get("function") or {}
    try:
        arguments = json.loads(function.get("arguments") or "{}")
    except ValueError:
        arguments = {}
    return {"name": function.get("name"), "arguments": arguments}


def _find_cost(output: Output, settings: OpenAISettings) -> Decimal | None:
    """Return what the tokens cost at the prices of the settings; None where one of these is not known."""
    if None in (settings.input_price, settings.output_price, output.input_tokens, output.output_tokens):
        return None
    return (
        Decimal(str(settings.input_price)) * Decimal(output.input_tokens or 0)
        + Decimal(str(settings.output_price)) * Decimal(output.output_tokens or 0)
    ) / _MILLION
