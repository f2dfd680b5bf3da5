"""The ASGI endpoints: a wire format's, those of embeddings and rerankings, the list of models, and the control."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from answerable.fake_models import openai_chat, openai_embeddings, reranking
from answerable.fake_models.behaviours import (
    Behaviour,
    BehaviourPlan,
    Timing,
    choose_behaviour,
    get_behaviour,
)
from answerable.fake_models.connection import Connection
from answerable.fake_models.delivery import refuse, send_stream, send_whole
from answerable.fake_models.exchange import CREATED, BadRequestError, Json, Prompt, Wire
from answerable.fake_models.records import Records

CHAT_MODEL = "fake-1"
MODELS = (CHAT_MODEL, "fake-embedding-1", "fake-rerank-1")
CONTEXT = 32_768


class FakeProvider:
    """What the endpoints share: the plan of behaviours, the timing, the records, the context it tells (0: none)."""

    def __init__(self, plan: BehaviourPlan, timing: Timing, *, context: int = CONTEXT) -> None:
        self.plan = plan
        self.timing = timing
        self.context = context
        self.records = Records()


class WireEndpoint:
    """Answers a wire format's requests."""

    def __init__(self, wire: Wire, provider: FakeProvider) -> None:
        self._wire = wire
        self._provider = provider

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = Connection(scope, receive, send, self._provider.records.start(scope))
        try:
            body = await connection.read_json()
            prompt = self._wire.read(body)
            behaviour = choose_behaviour(prompt.model, connection.headers, self._provider.plan)
        except BadRequestError as error:
            await connection.send_json(400, self._wire.error(400, str(error)))
            return
        except (KeyError, TypeError, AttributeError) as error:
            # A part that is missing or of another type, wherever it stands, is the caller's mistake.
            await connection.send_json(400, self._wire.error(400, f"The request is malformed: {error!r}."))
            return
        _note(connection, prompt, behaviour)
        self._provider.records.last_body = body
        if await refuse(connection, self._wire, prompt, behaviour, self._provider.timing):
            return
        deliver = send_stream if prompt.stream else send_whole
        await deliver(connection, self._wire, prompt, behaviour, self._provider.timing)


class PlainEndpoint:
    """Answers what is never streamed; the behaviours that spoil a body spoil this one too.

    `answer` takes the request and the behaviour, returns the answer and how many texts it is about, and raises
    BadRequestError.
    """

    def __init__(
        self, provider: FakeProvider, answer: Callable[[Json, Behaviour], tuple[object, int]]
    ) -> None:
        self._provider = provider
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = Connection(scope, receive, send, self._provider.records.start(scope))
        try:
            body = await connection.read_json()
            prompt = Prompt(model=str(body.get("model", "")), text="")
            behaviour = choose_behaviour(prompt.model, connection.headers, self._provider.plan)
            value, inputs = self._answer(body, behaviour)
        except BadRequestError as error:
            await connection.send_json(400, openai_chat.error(400, str(error)))
            return
        _note(connection, prompt, behaviour)
        connection.record.inputs = inputs
        self._provider.records.last_body = body
        wire = replace(openai_chat.WIRE, whole=lambda _prompt, _reply: value)
        if not await refuse(connection, wire, prompt, behaviour, self._provider.timing):
            await send_whole(connection, wire, prompt, behaviour, self._provider.timing)


def embed(body: Json, _behaviour: Behaviour) -> tuple[object, int]:
    """Answer `POST /v1/embeddings`."""
    value = openai_embeddings.embed(body)
    return value, len(value["data"])


def rerank(body: Json, behaviour: Behaviour) -> tuple[object, int]:
    """Answer `POST /v1/rerank`."""
    return reranking.rerank(body, behaviour), len(body["documents"])


def rerank_texts(body: Json, behaviour: Behaviour) -> tuple[object, int]:
    """Answer `POST /rerank`."""
    return reranking.rerank_texts(body, behaviour), len(body["texts"])


class Control:
    """Steers the server from outside: `POST /control`, `GET` and `DELETE /control/requests`, and what came last.

    `GET /control/requests/last` gives the body of the last request, as it was sent.
    """

    def __init__(self, provider: FakeProvider) -> None:
        self._provider = provider

    async def set(self, request: Request) -> Response:
        """Take `{behaviour, times?, timing?, context?}`; `timing` has the fields of Timing, in seconds."""
        body = await request.json()
        try:
            behaviour = get_behaviour(body.get("behaviour", "normal"))
            self._provider.timing = replace(self._provider.timing, **body.get("timing", {}))
        except (BadRequestError, TypeError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        self._provider.plan.set(behaviour, times=body.get("times"))
        self._provider.context = int(body.get("context", self._provider.context))
        return JSONResponse({"behaviour": behaviour, "times": body.get("times")})

    async def list_requests(self, _request: Request) -> Response:
        return JSONResponse(self._provider.records.as_json())

    async def get_last_request(self, _request: Request) -> Response:
        return JSONResponse(self._provider.records.last_body)

    async def forget_requests(self, _request: Request) -> Response:
        self._provider.records.reset()
        return Response(status_code=204)


class ModelList:
    """`GET /v1/models` and Ollama's `POST /api/show`, each of which tells the chat model's context in its own words."""

    def __init__(self, provider: FakeProvider) -> None:
        self._provider = provider

    async def list_models(self, _request: Request) -> Response:
        common = {"object": "model", "created": CREATED, "owned_by": "answerable"}
        told = {CHAT_MODEL: {"max_model_len": self._provider.context}} if self._provider.context else {}
        models = [{"id": name, **common, **told.get(name, {})} for name in MODELS]
        return JSONResponse({"object": "list", "data": models})

    async def show_model(self, request: Request) -> Response:
        name = (await request.json()).get("model")
        if name not in MODELS:
            return JSONResponse({"error": f"model {name!r} not found"}, status_code=404)
        told = (
            {"fake.context_length": self._provider.context}
            if name == CHAT_MODEL and self._provider.context
            else {}
        )
        return JSONResponse({"model_info": {"general.architecture": "fake", **told}})


def _note(connection: Connection, prompt: Prompt, behaviour: str) -> None:
    connection.record.model = prompt.model
    connection.record.behaviour = behaviour
    connection.record.stream = prompt.stream
