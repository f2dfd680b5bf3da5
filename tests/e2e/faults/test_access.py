"""Who may do what: wrong, revoked and missing keys, roles, document groups, the request limit."""

from __future__ import annotations

import time

import httpx
import pytest

from tests.e2e.faults.conftest import REQUESTS_PER_MINUTE, make_collection, make_key, upload
from tests.e2e.running import RunningServer, run_command

pytestmark = pytest.mark.xdist_group("strict")


def test_a_revoked_key_stops_working_wherever_it_was_revoked(strict_server: RunningServer) -> None:
    secret = make_key(strict_server, "to be revoked")
    with strict_server.client(secret) as client:
        assert client.get("/v1/collections").status_code == 200
        run_command("keys", "revoke", "to be revoked", workspace=strict_server.workspace)
        deadline = time.monotonic() + 30
        status = 200
        while status == 200 and time.monotonic() < deadline:
            response = client.get("/v1/collections")
            status = response.status_code
            time.sleep(0.05)
    assert status == 401
    assert response.json()["code"] == "unauthenticated"
    assert "answerable keys create" in response.json()["hint"]
    again = run_command("keys", "revoke", "to be revoked", workspace=strict_server.workspace, check=False)
    assert again.returncode == 2
    assert "answerable keys list" in again.stderr


def test_a_key_made_on_the_command_line_works_over_http(strict_server: RunningServer) -> None:
    made = run_command("keys", "create", "mine", workspace=strict_server.workspace)
    with strict_server.client(made.stdout.strip()) as client:
        assert client.get("/v1/collections").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/collections", {"name": "theirs"}),
        ("DELETE", "/v1/collections/docs", None),
        ("POST", "/v1/collections/docs/documents", None),
        ("DELETE", "/v1/collections/docs/documents/00000000-0000-0000-0000-000000000000", None),
        ("POST", "/v1/ingestions", {"urls": ["https://example.com/"]}),
        ("GET", "/v1/ingestions", None),
        ("POST", "/v1/keys", {"name": "more", "role": "admin"}),
        ("GET", "/v1/keys", None),
        ("DELETE", "/v1/keys/mine", None),
    ],
)
def test_an_app_key_may_read_and_nothing_else(
    strict_server: RunningServer, method: str, path: str, body: dict[str, object] | None
) -> None:
    secret = make_key(strict_server, "reader", role="app")
    files = {"file": ("x.md", b"# x")} if path.endswith("/documents") else None
    with strict_server.client(secret) as client:
        response = client.request(method, path, json=body, files=files)
    assert response.status_code == 403
    problem = response.json()
    assert problem["code"] == "forbidden"
    assert "'app'" in problem["detail"]
    assert "admin" in problem["hint"]


def test_a_developer_key_may_not_make_keys(strict_server: RunningServer) -> None:
    with strict_server.client(make_key(strict_server, "builder", role="developer")) as client:
        assert client.post("/v1/keys", json={"name": "more"}).status_code == 403
        assert client.get("/v1/ingestions").status_code == 200


def test_over_the_limit_a_key_waits_and_others_do_not(strict_server: RunningServer) -> None:
    eager, calm = make_key(strict_server, "eager"), make_key(strict_server, "calm")
    with strict_server.client(eager) as client:
        answers = [client.get("/v1/collections") for _ in range(REQUESTS_PER_MINUTE + 60)]
        refused = [answer for answer in answers if answer.status_code != 200]
        assert refused
        assert {answer.status_code for answer in refused} == {429}
        problem = refused[0].json()
        assert problem["code"] == "rate_limited"
        assert problem["hint"]
        wait = int(refused[0].headers["retry-after"])
        assert 1 <= wait <= 60
        time.sleep(wait)
        assert client.get("/v1/collections").status_code == 200
    with strict_server.client(calm) as client:
        assert client.get("/v1/collections").status_code == 200


SECRETS = {
    "sales": "The discount for Hooli is 31 percent until the end of the quarter.",
    "staff": "The salary of the night watchman is 2750 kroner a week.",
}


def test_a_key_with_groups_never_sees_the_documents_of_others(strict_server: RunningServer) -> None:
    with strict_server.client() as admin:
        collection = make_collection(admin, "grouped")
        for group, text in SECRETS.items():
            fields = {"groups": f'["{group}"]'}
            assert upload(admin, collection, f"{group}.md", text.encode(), fields=fields)["state"] == "done"
        upload(admin, collection, "open.md", b"The canteen opens at noon and closes at two.")
        listed = admin.get(f"/v1/collections/{collection}/documents").json()
        ids = {document["title"]: document["id"] for document in listed["documents"]}
        assert listed["total"] == 3
    with strict_server.client(make_key(strict_server, "seller", groups=["sales"])) as client:
        _assert_sees_only_sales(client, collection, ids)
    with strict_server.client(make_key(strict_server, "nobody", groups=[])) as client:
        assert client.get(f"/v1/collections/{collection}/documents").json()["total"] == 1


def _assert_sees_only_sales(client: httpx.Client, collection: str, ids: dict[str, str]) -> None:
    path = f"/v1/collections/{collection}/documents"
    listed = client.get(path).json()
    assert listed["total"] == 2
    shown = {document["id"] for document in listed["documents"]}
    hidden = set(ids.values()) - shown
    assert len(hidden) == 1
    missing = client.get(f"{path}/{hidden.pop()}")
    assert missing.status_code == 404
    assert all(client.get(f"{path}/{document}").status_code == 200 for document in shown)
    assert client.get(path, params={"search": "staff"}).json()["total"] == 0
    counted = {entry["name"]: entry for entry in client.get("/v1/collections").json()["collections"]}
    assert counted[collection]["documents"] == 2
    found = client.post(
        "/v1/search", json={"query": SECRETS["staff"], "collection": collection, "top_k": 100}
    )
    assert found.status_code == 200
    assert len(found.json()["results"]) == 2
    assert "watchman" not in found.text
    question = {"question": "What is the salary of the night watchman?", "collection": collection}
    for stream in (False, True):
        answer = client.post("/ask", json={**question, "stream": stream})
        assert answer.status_code == 200
        assert "2750" not in answer.text
    own = client.post(
        "/ask", json={"question": "What is the discount for Hooli?", "collection": collection}
    ).json()
    assert "31 percent" in own["answer"]
