"""A streamed chat completion: server-sent events, a chunk for each piece of text.

Everything about a chunk but its text is the same for the whole answer, so it is encoded once: a chunk costs one
escaped string. An error before the first text keeps its own status, since nothing is sent until then.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from answerable.answering.types import Answer, AnswerEvent, DeltaEvent, DoneEvent
from answerable.api.disconnects import ClientGoneError, while_connected
from answerable.api.openai.errors import REQUEST_ID, to_envelope, to_response
from answerable.api.openai.rendering import render_account, render_finish_reason, render_usage

_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}
_DONE = b"data: [DONE]\n\n"
_REQUEST = "POST /v1/chat/completions"


class ChunkWriter:
    """Encodes the chunks of one answer. With `with_usage` one more follows the last, as `stream_options` asks."""

    def __init__(self, *, id: str, model: str, created: int, with_usage: bool) -> None:
        head = {"id": id, "object": "chat.completion.chunk", "created": created, "model": model}
        self._with_usage = with_usage
        self._head = f"data: {_dump(head)[:-1]}"
        self._before = f'{self._head},"choices":[{{"index":0,"delta":{{"content":'
        self._after = f'}},"logprobs":null,"finish_reason":null}}]{self._no_usage}}}\n\n'

    @property
    def _no_usage(self) -> str:
        return ',"usage":null' if self._with_usage else ""

    def start(self) -> bytes:
        """Return the chunk that says who speaks."""
        return self._choice({"role": "assistant", "content": ""}, None, {})

    def text(self, text: str) -> bytes:
        # Also U+2028 and its kind are escaped: some clients split lines at them.
        return f"{self._before}{json.dumps(text)}{self._after}".encode()

    def end(self, answer: Answer) -> bytes:
        """Return why it ended with the `answerable` object, the usage when it is wanted, and the end of the stream."""
        extra = {"answerable": render_account(answer)}
        frames = self._choice({}, render_finish_reason(answer), extra)
        if self._with_usage:
            frames += f'{self._head},"choices":[],"usage":{_dump(render_usage(answer.usage))}}}\n\n'.encode()
        return frames + _DONE

    def _choice(self, delta: dict[str, str], finish_reason: str | None, extra: dict[str, Any]) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        more = f",{_dump(extra)[1:-1]}" if extra else ""
        return f'{self._head},"choices":[{_dump(choice)}]{self._no_usage}{more}}}\n\n'.encode()


class ChatStream(Response):
    """Sends the events of a run as chunks, for as long as somebody listens.

    The run begins here and not in the route: it lives in one task, and closing it cancels the call to the model.
    """

    def __init__(self, events: AsyncGenerator[AnswerEvent, None], writer: ChunkWriter) -> None:
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._events = events
        self._writer = writer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with while_connected(receive), aclosing(self._events) as events:
                await self._send_all(events, scope, receive, send)
        except ClientGoneError:
            return

    async def _send_all(
        self, events: AsyncGenerator[AnswerEvent, None], scope: Scope, receive: Receive, send: Send
    ) -> None:
        started = False
        try:
            async for event in events:
                frames = self._encode(event)
                if frames is None:
                    continue
                if not started:
                    await send(
                        {
                            "type": "http.response.start",
                            "status": self.status_code,
                            "headers": self.raw_headers,
                        }
                    )
                    frames, started = self._writer.start() + frames, True
                await send({"type": "http.response.body", "body": frames, "more_body": True})
        except Exception as error:
            if not started:
                response = to_response(error, _REQUEST)
                response.headers[REQUEST_ID] = self.headers[REQUEST_ID]
                await response(scope, receive, send)
                return
            # Without this frame a reader could take half an answer for a whole one; nothing comes after it.
            frames = f"data: {_dump(to_envelope(error, _REQUEST)[1])}\n\n".encode()
            await send({"type": "http.response.body", "body": frames, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _encode(self, event: AnswerEvent) -> bytes | None:
        match event:
            case DeltaEvent():
                return self._writer.text(event.text)
            case DoneEvent():
                return self._writer.end(event.answer)
            case _:
                return None  # sources and citations go with the end


def _dump(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))
