"""A span for every try at a model, with what went in and what came out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from answerable.answering.tracing.messages import to_input_messages, to_output_messages
from answerable.llm.types import Attempt, ChatModel, ChatRequest, ChatResult, TextDelta
from answerable.traces import conventions as names
from answerable.traces.recorder import RunSpans, Step, new_span_id

_CANCELLED = "cancelled"
_LEFT = (GeneratorExit, asyncio.CancelledError)


def trace_model(model: ChatModel, spans: RunSpans, parent: Step | None = None) -> ChatModel:
    """Return the model as one that leaves spans under `parent`, the run's own without one."""
    return TracedModel(model, spans, parent) if spans.recording else model


def note_call(spans: RunSpans, request: ChatRequest, result: ChatResult) -> None:
    """Leave the span of a call that was made elsewhere, by a provider's batch."""
    if spans.recording:
        call = CallSpans(spans, None, request, result.model)
        call.hear(result)
        call.close()


class TracedModel:
    """Implements `answerable.llm.types.ChatModel`."""

    def __init__(self, model: ChatModel, spans: RunSpans, parent: Step | None) -> None:
        self.name = model.name
        self._model = model
        self._spans = spans
        self._parent = parent

    async def stream(self, request: ChatRequest) -> AsyncGenerator[TextDelta | ChatResult, None]:
        """Yield what the model yields; a span for each attempt is left at the end, whatever it is."""
        call = CallSpans(self._spans, self._parent, request, self.name)
        headers = self._spans.get_headers(call.id)
        asked = replace(request, headers=headers) if headers else request
        try:
            async with aclosing(self._model.stream(asked)) as parts:
                async for part in parts:
                    call.hear(part)
                    yield part
        except BaseException as error:
            call.failure = error
            raise
        finally:
            call.close()


class CallSpans:
    """One call: what is heard of it becomes a span for each of its attempts, the one that tells most with the `id`."""

    def __init__(self, spans: RunSpans, parent: Step | None, request: ChatRequest, model: str) -> None:
        self.failure: BaseException | None = None
        self.id = new_span_id()
        self._spans = spans
        self._parent = parent
        self._request = request
        self._model = model
        self._start_ns = spans.now_ns()
        self._first_ns: int | None = None
        self._result: ChatResult | None = None

    def hear(self, part: TextDelta | ChatResult) -> None:
        if isinstance(part, ChatResult):
            self._result = part
        elif self._first_ns is None:
            self._first_ns = self._spans.now_ns()

    def close(self) -> None:
        """Leave the spans. The prompt stands on the attempt that answered, or else on the last one."""
        attempts = self._list_attempts()
        answered = [number for number, one in enumerate(attempts) if one.code is None]
        telling = answered[-1] if answered else len(attempts) - 1
        for number, attempt in enumerate(attempts):
            self._leave(number, attempt, telling=number == telling)

    def _list_attempts(self) -> Sequence[Attempt]:
        if self._result is not None and self._result.attempts:
            return self._result.attempts
        attempts: Sequence[Attempt] = getattr(self.failure, "attempts", ())
        if attempts:
            return attempts
        lasted = (self._spans.now_ns() - self._start_ns) / 1e6
        return (Attempt(self._model, 0.0, lasted, None if self._result else _find_code(self.failure)),)

    def _leave(self, number: int, attempt: Attempt, *, telling: bool) -> None:
        provider, _, model = attempt.model.partition(":")
        start_ns = self._start_ns + int(attempt.start_ms * 1e6)
        step = self._spans.step(
            f"{names.CHAT} {model}", parent=self._parent, kind="client", start_ns=start_ns
        )
        step.set(
            {
                names.OPERATION: names.CHAT,
                names.PROVIDER: names.PROVIDERS.get(provider, provider),
                names.REQUEST_MODEL: model,
                names.ATTEMPT: number + 1,
                names.HEDGE: attempt.hedge or None,
            }
        )
        if attempt.code == _CANCELLED:
            step.set({names.CANCELLED: True})
        elif attempt.code is not None:
            step.fail(attempt.code, attempt.detail or "")
        if telling:
            step.id = self.id
            step.set(_describe_request(self._request))
        if telling and self._result is not None:
            step.set(_describe_result(self._result))
            if self._first_ns is not None:
                step.set({names.FIRST_CHUNK: round(max(0, self._first_ns - start_ns) / 1e9, 6)})
        step.end(start_ns + int(attempt.duration_ms * 1e6))


def _find_code(failure: BaseException | None) -> str:
    if failure is None or isinstance(failure, _LEFT):
        return _CANCELLED
    return getattr(failure, "code", type(failure).__name__)


def _describe_request(request: ChatRequest) -> dict[str, Any]:
    return {
        names.REQUEST_MAX_TOKENS: request.max_tokens,
        names.REQUEST_TEMPERATURE: request.temperature,
        names.REQUEST_TOP_P: request.top_p,
        names.REQUEST_SEED: request.seed,
        names.REQUEST_STOP: list(request.stop) or None,
        names.REQUEST_STREAM: request.stream,
        names.OUTPUT_TYPE: "text" if request.output is None else "json",
        names.INPUT_MESSAGES: to_input_messages(request.messages),
    }


def _describe_result(result: ChatResult) -> dict[str, Any]:
    usage = result.usage
    return {
        names.RESPONSE_MODEL: result.response_model,
        names.RESPONSE_FINGERPRINT: result.fingerprint,
        names.FINISH_REASONS: [result.finish_reason],
        names.INPUT_TOKENS: usage.input_tokens,
        names.OUTPUT_TOKENS: usage.output_tokens,
        names.CACHE_READ_TOKENS: usage.cached_input_tokens or None,
        names.CACHE_WRITE_TOKENS: usage.cache_write_tokens or None,
        names.REASONING_TOKENS: usage.reasoning_tokens or None,
        names.COST: None if result.cost_usd is None else float(result.cost_usd),
        names.OUTPUT_MESSAGES: to_output_messages(result),
    }
