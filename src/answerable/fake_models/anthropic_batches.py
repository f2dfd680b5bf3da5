"""Anthropic's message batches: `/v1/messages/batches`, https://docs.claude.com/en/api/creating-message-batches.

A batch is answered when it is made, and says so from the second look on. Nothing of it is kept beyond the process.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from answerable.fake_models.answers import answer
from answerable.fake_models.anthropic_messages import WIRE
from answerable.fake_models.behaviours import Behaviour, choose_behaviour
from answerable.fake_models.endpoints import FakeProvider
from answerable.fake_models.exchange import CREATED, BadRequestError, Json

PATH = "/v1/messages/batches"

_MADE = datetime.fromtimestamp(CREATED, UTC)
_REFUSALS = {
    Behaviour.SERVER_ERROR: (500, "The model failed."),
    Behaviour.RATE_LIMIT: (429, "Too many requests."),
}


class MessageBatches:
    """Takes batches, and gives back what became of them."""

    def __init__(self, provider: FakeProvider) -> None:
        self._provider = provider
        self._numbers = count(1)
        self._results: dict[str, list[Json]] = {}
        self._looks: dict[str, int] = {}

    def list_routes(self) -> list[Route]:
        return [
            Route(PATH, self.create, methods=["POST"]),
            Route(f"{PATH}/{{id}}", self.get, methods=["GET"]),
            Route(f"{PATH}/{{id}}/results", self.list_results, methods=["GET"]),
        ]

    async def create(self, request: Request) -> Response:
        body = await request.json()
        id_ = f"msgbatch_{next(self._numbers):06d}"
        self._results[id_] = [self._run(entry) for entry in body["requests"]]
        self._looks[id_] = 0
        return JSONResponse(self._describe(id_, request))

    async def get(self, request: Request) -> Response:
        id_ = request.path_params["id"]
        if id_ not in self._results:
            return JSONResponse(WIRE.error(404, f"There is no batch {id_}."), 404)
        self._looks[id_] += 1
        return JSONResponse(self._describe(id_, request))

    async def list_results(self, request: Request) -> Response:
        results = self._results[request.path_params["id"]]
        # Providers promise no order.
        lines = "".join(json.dumps(result) + "\n" for result in reversed(results))
        return Response(lines, media_type="application/x-jsonl")

    def _run(self, entry: Json) -> dict[str, Any]:
        try:
            prompt = WIRE.read(entry["params"])
            behaviour = choose_behaviour(prompt.model, {}, self._provider.plan)
        except BadRequestError as error:
            return _errored(entry, 400, str(error))
        if behaviour in _REFUSALS:
            return _errored(entry, *_REFUSALS[behaviour])
        message = WIRE.whole(prompt, answer(prompt, behaviour))
        return {"custom_id": entry["custom_id"], "result": {"type": "succeeded", "message": message}}

    def _describe(self, id: str, request: Request) -> dict[str, Any]:
        ended = self._looks[id] > 1
        results = self._results[id]
        errored = sum(result["result"]["type"] == "errored" for result in results) if ended else 0
        return {
            "id": id,
            "type": "message_batch",
            "processing_status": "ended" if ended else "in_progress",
            "request_counts": {
                "processing": 0 if ended else len(results),
                "succeeded": len(results) - errored if ended else 0,
                "errored": errored,
                "canceled": 0,
                "expired": 0,
            },
            "created_at": _MADE.isoformat(),
            "expires_at": (_MADE + timedelta(days=1)).isoformat(),
            "ended_at": _MADE.isoformat() if ended else None,
            "archived_at": None,
            "cancel_initiated_at": None,
            "results_url": str(request.url_for("list_results", id=id)) if ended else None,
        }


def _errored(entry: Json, status: int, message: str) -> dict[str, Any]:
    result = {"type": "errored", "error": WIRE.error(status, message)}
    return {"custom_id": entry["custom_id"], "result": result}
