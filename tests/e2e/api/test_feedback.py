"""Feedback and sessions on the wire: bad input, access, other tenants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.running import RunningServer


def make_key(server: RunningServer, name: str, **values: Any) -> str:
    with server.client() as client:
        secret: str = (
            client.post("/v1/keys", json={"name": name, **values}).raise_for_status().json()["secret"]
        )
        return secret


def ask(client: httpx.Client, **values: Any) -> dict[str, Any]:
    body = {"question": "How tall is the lighthouse of Skagen?", **values}
    answer: dict[str, Any] = client.post("/ask", json=body).raise_for_status().json()
    return answer


@pytest.fixture(scope="module")
def shop(server: RunningServer) -> Iterator[httpx.Client]:
    """A client with an `app` key."""
    with server.client(make_key(server, "feedback shop")) as client:
        yield client


@pytest.fixture(scope="module")
def answer(shop: httpx.Client) -> dict[str, Any]:
    return ask(shop, user="ann")


def send(server: RunningServer, body: Any, **headers: str) -> httpx.Response:
    with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
        return client.post("/v1/feedback", json=body)


def test_an_answer_can_be_rated_with_its_token_alone(server: RunningServer, answer: dict[str, Any]) -> None:
    said = send(server, {"token": answer["feedback_token"], "thumb": "up", "category": "tone"})
    assert said.status_code == 200
    assert said.json() == {
        "trace_id": answer["trace_id"],
        "names": ["thumb", "category"],
        "accepted": True,
        "attached": True,
    }


def test_every_way_of_asking_gives_a_token(server: RunningServer, shop: httpx.Client) -> None:
    run = shop.post("/v1/apps/ask/run", json={"input": {"question": "How tall is the lighthouse?"}}).json()
    messages = [{"role": "user", "content": "How tall is the lighthouse?"}]
    chat = shop.post("/v1/chat/completions", json={"model": "ask", "messages": messages}).json()
    for token in (run["feedback_token"], chat["answerable"]["feedback_token"]):
        assert send(server, {"token": token, "rating": 4}).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"thumb": "up"}, 422, "invalid_input"),
        ({"trace_id": "TRACE"}, 422, "invalid_input"),
        ({"trace_id": "TRACE", "thumb": "sideways"}, 422, "invalid_input"),
        ({"trace_id": "TRACE", "rating": 6}, 422, "invalid_input"),
        ({"trace_id": "TRACE", "rating": "good"}, 422, "invalid_input"),
        ({"trace_id": "TRACE", "comment": ""}, 422, "invalid_input"),
        ({"trace_id": "TRACE", "comment": "x" * 1_000_000}, 422, "invalid_input"),
        ({"trace_id": "TRACE", "comment": "x" * 2_000_000}, 413, "too_large"),
        ({"trace_id": "TRACE", "thumb": "up", "thumbs": 1}, 422, "invalid_input"),
        ({"trace_id": "TRACE", "token": "a.b", "thumb": "up"}, 422, "invalid_input"),
        ({"trace_id": "TRACE", "thumb": "up", "user": "a\x00b"}, 422, "invalid_input"),
        ({"trace_id": "xyz", "thumb": "up"}, 422, "invalid_input"),
        ({"conversation_id": "c1", "thumb": "up"}, 422, "invalid_input"),
        ({"conversation_id": "c1", "message": 0, "thumb": "up"}, 404, "not_found"),
        ({"trace_id": "0" * 32, "thumb": "up"}, 404, "unknown_trace"),
        ({"token": "forged.token", "thumb": "up"}, 403, "token_invalid"),
        ([], 422, "invalid_input"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_bad_feedback_is_a_clear_error(
    shop: httpx.Client, answer: dict[str, Any], body: Any, status: int, code: str
) -> None:
    if isinstance(body, dict) and body.get("trace_id") == "TRACE":
        body = {**body, "trace_id": answer["trace_id"]}
    response = shop.post("/v1/feedback", json=body)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert len(response.text) < 3000  # a large text does not come back


def test_feedback_is_for_ones_own_answers(server: RunningServer, answer: dict[str, Any]) -> None:
    body = {"trace_id": answer["trace_id"], "thumb": "down"}
    assert send(server, body).status_code == 401
    with server.client(make_key(server, "feedback other")) as other:
        refused = other.post("/v1/feedback", json=body)
        assert (refused.status_code, refused.json()["code"]) == (404, "unknown_trace")
        assert other.get("/v1/feedback", params={"trace_id": answer["trace_id"]}).status_code == 403


def test_the_same_request_twice_is_one(server: RunningServer, shop: httpx.Client) -> None:
    trace_id = ask(shop, user="bob")["trace_id"]
    for _ in range(2):
        headers = {"Idempotency-Key": "retry-1"}
        body = {"trace_id": trace_id, "comment": "Twice."}
        assert shop.post("/v1/feedback", json=body, headers=headers).status_code == 200
    with server.client() as client:
        scores = client.get("/v1/feedback", params={"trace_id": trace_id}).json()["scores"]
    assert [score["text"] for score in scores if score["name"] == "comment"] == ["Twice."]
    other = ask(shop, user="bob")["trace_id"]
    reused = shop.post(
        "/v1/feedback", json={"trace_id": other, "thumb": "up"}, headers={"Idempotency-Key": "retry-1"}
    )
    assert (reused.status_code, reused.json()["code"]) == (409, "idempotency_key_reused")


def test_a_session_asks_its_app_as_its_user_and_does_nothing_else(
    server: RunningServer, shop: httpx.Client
) -> None:
    made = shop.post("/v1/sessions", json={"app": "ask", "user": "eve", "minutes": 5})
    assert made.status_code == 201
    with server.client(made.json()["token"]) as session:
        answer = ask(session)
        assert (
            session.post("/v1/feedback", json={"trace_id": answer["trace_id"], "thumb": "up"}).status_code
            == 200
        )
        for body, code in (
            ({"app": "ask@default"}, "session_app"),
            ({"collection": "docs"}, "session_collection"),
            ({"user": "ann"}, "session_user"),
        ):
            refused = session.post("/ask", json={"question": "Why?", **body})
            assert (refused.status_code, refused.json()["code"]) == (403, code)
        for method, path in (
            ("POST", "/v1/sessions"),
            ("POST", "/v1/search"),
            ("POST", "/v1/chat/completions"),
            ("GET", "/v1/collections"),
            ("GET", "/v1/conversations"),
            ("GET", "/v1/traces"),
            ("GET", "/v1/keys"),
            ("GET", f"/v1/feedback?trace_id={answer['trace_id']}"),
        ):
            asked = {"app": "ask", "query": "x", "model": "ask"} if method == "POST" else None
            assert session.request(method, path, json=asked).status_code == 403, path
    with server.client() as client:
        assert client.get(f"/v1/traces/{answer['trace_id']}").json()["user"] == "eve"
    with httpx.Client(base_url=server.url, trust_env=False) as browser:
        assert "Sign in" in browser.get("/", params={"key": made.json()["token"]}, follow_redirects=True).text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"app": "nobody"}, 404),
        ({"app": "ask", "minutes": 0}, 422),
        ({"app": "ask", "minutes": 100_000}, 422),
        ({"app": "ask", "user": "a\x00"}, 422),
        ({"app": "ask", "role": "admin"}, 422),
    ],
)
def test_bad_sessions_are_refused(shop: httpx.Client, body: dict[str, Any], status: int) -> None:
    assert shop.post("/v1/sessions", json=body).status_code == status
