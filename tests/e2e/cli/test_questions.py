"""`answerable ask` and `search`: odd questions, wrong calls, and the promised JSON."""

from __future__ import annotations

import json

import pytest

from tests.e2e.running import RunningServer, run_command

pytestmark = pytest.mark.xdist_group("served")

ANSWER = {
    "answer",
    "sources",
    "tokens_used",
    "citations",
    "trace_id",
    "app",
    "variant",
    "cost_usd",
    "saved_usd",
    "cached",
    "abstained",
    "ingesting",
    "feedback_token",
}
HIT = {
    "document",
    "chunk_id",
    "text",
    "heading_path",
    "page",
    "start",
    "end",
    "score",
    "scores",
}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ask", ""], ["empty", "1 to 1000"]),
        (["ask", " \t\n "], ["empty", "1 to 1000"]),
        (["ask", "x" * 1001], ["1001 characters", "at most 1000"]),
        (["ask", "fine", "--max-tokens", "0"], ["max_tokens is 0", "1 to 4096"]),
        (["ask", "fine", "--max-tokens", "5000"], ["max_tokens is 5000", "1 to 4096"]),
        (["ask", "fine", "--collection", "nowhere"], ["'nowhere'", "answerable doctor"]),
        (["ask", "fine", "--app", "nobody"], ["'nobody'", "Apps here: ask"]),
        (["search", "fine", "--filter", "{"], ["--filter is not JSON", "gte"]),
        (["ask"], ["Missing argument"]),
    ],
    ids=lambda value: " ".join(value)[:30],
)
def test_a_wrong_call_says_what_and_what_to_do_and_exits_with_2(
    server: RunningServer, arguments: list[str], words: list[str]
) -> None:
    result = run_command(*arguments, workspace=server.workspace, check=False)
    assert result.returncode == 2
    assert not result.stdout
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr


@pytest.mark.parametrize(
    "question",
    ["How tall is \udcff the lighthouse?", "\u202eهل المنارة عالية؟"],
    ids=["lone surrogate", "right to left"],
)
def test_odd_but_legal_questions_get_an_answer(server: RunningServer, question: str) -> None:
    result = run_command("ask", question, "--json", workspace=server.workspace)
    answer = json.loads(result.stdout)
    assert set(answer) == ANSWER
    assert answer["answer"]


def test_json_of_search_has_the_shape_of_the_http_answer(server: RunningServer) -> None:
    result = run_command("search", "gearbox oil", "--top-k", "1", "--json", workspace=server.workspace)
    with server.client() as client:
        response = client.post("/v1/search", json={"query": "gearbox oil", "top_k": 1})
    assert json.loads(result.stdout) == response.json()
    (hit,) = response.json()["results"]
    assert set(hit) == HIT
    assert set(hit["document"]) == {"id", "uri", "title", "metadata"}
    assert set(hit["scores"]) == {"dense", "lexical"}


def test_json_of_doctor_lists_checks_and_collections(server: RunningServer) -> None:
    report = json.loads(run_command("doctor", "--json", workspace=server.workspace).stdout)
    assert {check["name"] for check in report["checks"]} == {
        "disk",
        "database",
        "embedder",
        "model",
        "traces",
        "budgets",
    }
    assert all(set(check) == {"name", "state", "detail", "hint"} for check in report["checks"])
    (collection,) = report["collections"]
    assert set(collection) == {"name", "documents", "chunks", "index"}
    assert (collection["name"], collection["documents"], collection["chunks"]) == ("docs", 3, 3)
