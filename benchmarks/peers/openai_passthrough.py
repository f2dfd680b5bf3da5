"""The gateway that an engineer writes with FastAPI and the openai SDK: hand the request on, hand the answer back.

    python -m benchmarks.peers.openai_passthrough httpx|aiohttp MODEL_URL PORT

`httpx` is the SDK as it comes, `aiohttp` its other transport, which its documentation recommends for concurrency.
No key is checked, nothing is traced or priced.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.responses import Response, StreamingResponse
from openai import AsyncOpenAI, AsyncStream, DefaultAioHttpClient
from openai.types.chat import ChatCompletionChunk


def create_app(transport: str, model_url: str) -> FastAPI:
    client = DefaultAioHttpClient() if transport == "aiohttp" else None
    provider = AsyncOpenAI(base_url=model_url, api_key="none", http_client=client)
    app = FastAPI()

    @app.post("/v1/chat/completions")
    async def create(body: dict[str, Any]) -> Response:
        answer = await provider.chat.completions.create(**body)
        if body.get("stream"):
            return StreamingResponse(hand_on(answer), media_type="text/event-stream")
        return Response(answer.model_dump_json(), media_type="application/json")

    @app.get("/readyz")
    async def ready() -> dict[str, str]:
        return {"status": "ready"}

    return app


async def hand_on(stream: AsyncStream[ChatCompletionChunk]) -> AsyncIterator[str]:
    async for chunk in stream:
        yield f"data: {chunk.model_dump_json()}\n\n"
    yield "data: [DONE]\n\n"


def main() -> None:
    transport, model_url, port = sys.argv[1:]
    uvicorn.run(create_app(transport, model_url), port=int(port), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
