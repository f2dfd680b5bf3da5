"""`/v1/conversations` over HTTP: read, list and delete, each key and user on their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI

from answerable.access.audit.service import AuditLog
from answerable.access.limits import RateLimiter
from answerable.access.service import AccessService
from answerable.api.problems import install_handlers
from answerable.api.routes import conversations as routes
from answerable.conversations.service import ConversationService
from answerable.conversations.types import Owner
from answerable.core.clock import SystemClock
from answerable.db.database import Database
from answerable.quality.erasure import Eraser
from answerable.traces.service import TraceService


@dataclass
class Parts:
    """What the routes call, of all services."""

    access: AccessService
    conversations: ConversationService
    eraser: Eraser


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a key whose user ann asked two questions in the conversation c1."""
    clock = SystemClock()
    conversations = ConversationService(database)
    access = AccessService(
        database, limiter=RateLimiter(per_minute=0, clock=clock), clock=clock, audit=AuditLog(database)
    )
    eraser = Eraser(
        database,
        traces=TraceService(database),
        conversations=conversations,
        of_traces={},
        of_users={},
        audit=AuditLog(database),
    )
    app = FastAPI()
    app.state.services = Parts(access, conversations, eraser)
    app.include_router(routes.router)
    install_handlers(app)
    key, secret = await access.create_key("shop", by="ops")
    opened = await conversations.open(Owner(key.id, "ann"), "c1", app="ask")
    for question in ("one", "two"):
        await conversations.append(
            opened.conversation.id, question=question, answer="Yes.", trace_id="0" * 32
        )
    headers = {"Authorization": f"Bearer {secret}"}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client


async def test_a_conversation_is_read_in_pages(client: httpx.AsyncClient) -> None:
    first = (await client.get("/v1/conversations/c1", params={"user": "ann", "limit": 3})).json()
    assert (first["id"], first["app"], first["next_after"]) == ("c1", "ask", 2)
    assert [(said["role"], said["content"]) for said in first["messages"]] == [
        ("user", "one"),
        ("assistant", "Yes."),
        ("user", "two"),
    ]
    rest = (await client.get("/v1/conversations/c1", params={"user": "ann", "after": 2})).json()
    assert (len(rest["messages"]), rest["next_after"]) == (1, None)
    listed = (await client.get("/v1/conversations", params={"user": "ann"})).json()
    assert [conversation["id"] for conversation in listed["conversations"]] == ["c1"]


async def test_without_the_right_user_it_is_not_there(client: httpx.AsyncClient) -> None:
    for user in ("", "bob"):
        for method in ("GET", "DELETE"):
            response = await client.request(method, "/v1/conversations/c1", params={"user": user})
            assert (response.status_code, response.json()["code"]) == (404, "not_found")
        assert (await client.get("/v1/conversations", params={"user": user})).json() == {"conversations": []}


async def test_deleted_is_deleted(client: httpx.AsyncClient) -> None:
    assert (await client.delete("/v1/conversations/c1", params={"user": "ann"})).status_code == 204
    assert (await client.get("/v1/conversations/c1", params={"user": "ann"})).status_code == 404
    assert (await client.delete("/v1/conversations/c1", params={"user": "ann"})).status_code == 404


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/v1/conversations/%00", {}),
        ("/v1/conversations/a%20b", {}),
        ("/v1/conversations/c1", {"user": "a\x00"}),
        ("/v1/conversations/c1", {"after": "99999999999"}),
        ("/v1/conversations", {"limit": "0"}),
    ],
)
async def test_bad_input_is_a_clear_422(client: httpx.AsyncClient, path: str, params: dict[str, str]) -> None:
    response = await client.get(path, params=params)
    assert response.status_code == 422
    assert response.json()["hint"]
