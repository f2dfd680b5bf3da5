"""What every request to every app goes through: its trace, its budget, the cache, the conversation."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.faults.providers import fake_provider
from tests.e2e.running import RunningServer, run_command, running_server
from tests.fakes.apps import write_app
from tests.fakes.sources import write_documents

PROMPT = "{% block system %}Be brief.{% endblock %}{% block user %}{{ text }}{% endblock %}\n"
SETTINGS = """
[providers.fake]
base_url = "{url}/v1"
api_key = "none"

[providers.fake.prices.fake-1]
input = 1
output = 2

[[budgets]]
scope = "app"
match = "scarce"
requests = 2

[[budgets]]
scope = "app"
match = "left"
requests = 2

[[budgets]]
scope = "app"
match = "ekho"
usd = 1
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    base = tmp_path_factory.mktemp("front")
    workspace: Path = base / "workspace"
    with fake_provider() as url:
        write_app(
            workspace, "echo", kind="prompt", model="fake:fake-1", prompt=PROMPT, input={"text": "string"}
        )
        write_app(
            workspace,
            "fallback",
            kind="prompt",
            model=["fake:fake-1!server_error", "fake:fake-1"],
            prompt=PROMPT,
            input={"text": "string"},
            resilience={"attempts": 1},
        )
        write_app(
            workspace, "scarce", kind="prompt", model="fake:fake-1", prompt=PROMPT, input={"text": "string"}
        )
        write_app(
            workspace,
            "broken",
            kind="prompt",
            model="fake:fake-1!server_error",
            prompt=PROMPT,
            input={"text": "string"},
            resilience={"attempts": 1},
        )
        write_app(
            workspace,
            "silent",
            kind="prompt",
            model="fake:fake-1!stall",
            prompt=PROMPT,
            input={"text": "string"},
        )
        write_app(workspace, "judged", model="fake:fake-1", verifier="model:fake:fake-1")
        write_app(
            workspace,
            "left",
            kind="prompt",
            model="fake:fake-1!stall",
            prompt=PROMPT,
            input={"text": "string"},
        )
        write_app(
            workspace,
            "plain",
            kind="prompt",
            model="fake:fake-1",
            prompt=PROMPT.replace("text", "question"),
            input={"question": "string"},
        )
        (workspace / "answerable.toml").write_text(SETTINGS.format(url=url), encoding="utf-8")
        with running_server(workspace) as server:
            run_command("ingest", str(write_documents(base / "documents")), workspace=workspace)
            yield server


@pytest.fixture
def client(server: RunningServer) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


def run(client: httpx.Client, app: str, text: str) -> httpx.Response:
    return client.post(f"/v1/apps/{app}/run", json={"input": {"text": text}})


def list_traces(client: httpx.Client, app: str) -> list[dict[str, Any]]:
    return list(client.get("/v1/traces", params={"app": app}).json()["traces"])


def get_trace(client: httpx.Client, trace_id: str) -> dict[str, Any]:
    response = client.get(f"/v1/traces/{trace_id}")
    assert response.status_code == 200, response.text
    return dict(response.json())


def test_ask_streams_an_app_without_sources(client: httpx.Client) -> None:
    response = client.post("/ask", json={"question": "hello", "app": "plain", "stream": True})
    names = [line for line in response.text.splitlines() if line.startswith("event: ")]
    assert (response.status_code, names[0], names[-1]) == (200, "event: delta", "event: done")


def test_a_trace_explains_the_answer(client: httpx.Client) -> None:
    answer = run(client, "echo", "explain me").json()
    trace = get_trace(client, answer["trace_id"])
    assert trace["input"]["input"] == {"text": "explain me"}
    assert trace["output"] == answer["output"]
    assert trace["variant_content"]["prompt"]["template"] == PROMPT
    assert trace["variant_content"]["model"] == [["fake:fake-1"]]
    usage = answer["usage"]
    expected = (usage["input_tokens"] * 1 + usage["output_tokens"] * 2) / 1e6
    assert answer["cost_usd"] == trace["cost_usd"] == pytest.approx(expected)


def test_a_trace_shows_every_attempt(client: httpx.Client) -> None:
    answer = run(client, "fallback", "who answers?").json()
    attempts = get_trace(client, answer["trace_id"])["attempts"]
    assert [(attempt["model"], attempt["code"]) for attempt in attempts] == [
        ("fake:fake-1!server_error", "upstream_failed"),
        ("fake:fake-1", None),
    ]


def test_a_failed_run_leaves_a_trace_with_its_attempts(client: httpx.Client) -> None:
    assert run(client, "broken", "anybody?").status_code == 502
    trace = list_traces(client, "broken")[0]
    assert (trace["status"], trace["error_code"]) == ("error", "upstream_failed")
    assert [attempt["model"] for attempt in trace["attempts"]] == ["fake:fake-1!server_error"]
    assert trace["cost_usd"] is None, "what a failed call cost is unknown, and not nothing"


def test_the_same_again_is_served_from_the_cache_and_says_what_it_saved(client: httpx.Client) -> None:
    first = run(client, "echo", "once").json()
    again = run(client, "echo", "once").json()
    assert (first["cached"], again["cached"]) == (False, True)
    assert again["output"] == first["output"]
    assert (again["cost_usd"], again["saved_usd"]) == (0.0, first["cost_usd"])
    assert again["trace_id"] != first["trace_id"]


def test_a_new_document_is_never_hidden_by_a_cached_answer(
    server: RunningServer, client: httpx.Client, tmp_path: Path
) -> None:
    def ask() -> dict[str, Any]:
        return dict(client.post("/ask", json={"question": "How tall is the tower of Brundle?"}).json())

    assert ask()["abstained"]
    assert ask()["cached"]
    (tmp_path / "brundle.md").write_text("# Brundle\n\nThe tower of Brundle is 71 metres tall.\n")
    run_command("ingest", str(tmp_path / "brundle.md"), workspace=server.workspace)
    answer = ask()
    assert not answer["cached"]
    assert "71 metres" in answer["answer"]


def test_a_spent_budget_refuses_with_when_to_come_back(client: httpx.Client) -> None:
    statuses = [run(client, "scarce", f"number {number}").status_code for number in range(3)]
    assert statuses == [200, 200, 429]
    refused = run(client, "scarce", "one more")
    assert refused.json()["code"] == "budget_exhausted"
    assert int(refused.headers["retry-after"]) > 0


def test_doctor_names_a_budget_that_is_of_nothing(server: RunningServer) -> None:
    report = json.loads(run_command("doctor", "--json", workspace=server.workspace).stdout)
    [check] = [check for check in report["checks"] if check["name"] == "budgets"]
    assert (check["state"], check["hint"]) == ("warning", "Did you mean 'echo'?")
    assert "no app 'ekho'" in check["detail"]


def test_an_answer_costs_what_all_of_its_model_calls_cost(client: httpx.Client) -> None:
    def ask(question: str) -> dict[str, Any]:
        body = {"question": question, "app": "judged", "conversation_id": "costs"}
        return dict(client.post("/ask", json=body).json())

    ask("Where is the lighthouse of Skagen?")
    answer = ask("How tall is it?")
    spans = get_trace(client, answer["trace_id"])["spans"]
    costs = [span["attributes"]["answerable.cost_usd"] for span in spans if span["name"].startswith("chat ")]
    assert len(costs) == 3, "the question rewritten, answered, and its answer checked"
    assert answer["cost_usd"] == pytest.approx(sum(costs))
    again = client.post(
        "/ask", json={"question": "Where is the lighthouse of Skagen?", "app": "judged"}
    ).json()
    assert (again["cached"], again["cost_usd"]) == (True, 0)
    assert again["saved_usd"] > 0


def test_who_hangs_up_before_the_end_has_used_the_budget_too(client: httpx.Client) -> None:
    def ask(number: int) -> int:
        body = {"input": {"text": f"number {number}"}, "stream": True}
        with client.stream("POST", "/v1/apps/left/run", json=body) as response:
            next(response.iter_lines(), None)  # the first text has come: hang up
            return response.status_code

    deadline = time.monotonic() + 60
    asked = 0
    while ask(asked) == 200:
        asked += 1
        assert time.monotonic() < deadline, "hanging up was free"
        time.sleep(0.05)
    assert "used up: 2 of 2 requests" in run(client, "left", "one more").json()["detail"]


def test_a_follow_up_is_answered_from_what_was_said(client: httpx.Client) -> None:
    def ask(question: str) -> dict[str, Any]:
        return dict(client.post("/ask", json={"question": question, "conversation_id": "talk-1"}).json())

    ask("Where is the lighthouse of Skagen?")
    answer = ask("How tall is it?")
    assert "46 m" in answer["answer"], answer["answer"]
    assert "Skagen" in get_trace(client, answer["trace_id"])["input"]["searched_for"]
    messages = client.get("/v1/conversations/talk-1").json()["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant"] * 2
    assert client.delete("/v1/conversations/talk-1").status_code == 204
    assert client.get("/v1/conversations/talk-1").status_code == 404
    assert client.get(f"/v1/traces/{answer['trace_id']}").status_code == 404


def test_a_caller_who_hangs_up_cancels_the_call(client: httpx.Client) -> None:
    for text in ("one", "two"):
        with pytest.raises(httpx.ReadTimeout):
            client.post("/v1/apps/silent/run", json={"input": {"text": text}}, timeout=1.0)
    deadline = time.monotonic() + 60
    while [trace["status"] for trace in list_traces(client, "silent")] != ["cancelled", "cancelled"]:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_an_unknown_trace_is_not_found(client: httpx.Client) -> None:
    assert client.get(f"/v1/traces/{'0' * 32}").json()["code"] == "not_found"


def test_the_command_line_shows_traces(server: RunningServer, client: httpx.Client) -> None:
    answer = run(client, "echo", "for the command line").json()
    listed: subprocess.CompletedProcess[str] = run_command(
        "traces", "list", "--app", "echo", "--json", workspace=server.workspace
    )
    assert answer["trace_id"] in [trace["id"] for trace in json.loads(listed.stdout)["traces"]]
    shown = run_command("traces", "show", answer["trace_id"], "--json", workspace=server.workspace)
    assert json.loads(shown.stdout)["variant_content"]["prompt"]["template"] == PROMPT
