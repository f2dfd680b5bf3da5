"""The fake model server as an ASGI application."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import Route

from answerable.fake_models import (
    anthropic_messages,
    openai_chat,
    openai_embeddings,
    openai_responses,
    reranking,
)
from answerable.fake_models.anthropic_batches import MessageBatches
from answerable.fake_models.behaviours import Behaviour, BehaviourPlan, Timing
from answerable.fake_models.endpoints import (
    CONTEXT,
    Control,
    FakeProvider,
    ModelList,
    PlainEndpoint,
    WireEndpoint,
    embed,
    rerank,
    rerank_texts,
)

WIRES = (openai_chat.WIRE, openai_responses.WIRE, anthropic_messages.WIRE)


def create_app(
    behaviour: Behaviour | None = None, *, timing: Timing | None = None, context: int = CONTEXT
) -> Starlette:
    """Return the application. `behaviour` is what it does unless a request or `/control` says otherwise.

    `context` is how many tokens it says that its chat model takes, 0 to say nothing.
    """
    provider = FakeProvider(BehaviourPlan(behaviour or Behaviour.NORMAL), timing or Timing(), context=context)
    control, models = Control(provider), ModelList(provider)
    routes = [Route(wire.path, WireEndpoint(wire, provider), methods=["POST"]) for wire in WIRES]
    routes += MessageBatches(provider).list_routes()
    routes += [
        Route(openai_embeddings.PATH, PlainEndpoint(provider, embed), methods=["POST"]),
        Route(reranking.PATH, PlainEndpoint(provider, rerank), methods=["POST"]),
        Route(reranking.TEXTS_PATH, PlainEndpoint(provider, rerank_texts), methods=["POST"]),
        Route("/v1/models", models.list_models),
        Route("/api/show", models.show_model, methods=["POST"]),
        Route("/control", control.set, methods=["POST"]),
        Route("/control/requests", control.list_requests, methods=["GET"]),
        Route("/control/requests/last", control.get_last_request, methods=["GET"]),
        Route("/control/requests", control.forget_requests, methods=["DELETE"]),
    ]
    return Starlette(routes=routes)
