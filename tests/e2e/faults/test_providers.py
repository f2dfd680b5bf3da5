"""A provider that misbehaves, in each of the ways that the fake one knows: streamed and whole, within the deadline."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from answerable.fake_models.answers import HALLUCINATION
from answerable.llm.abstention import ABSTENTION
from tests.e2e.faults.providers import DEADLINE, LONG_DEADLINE, fake_provider, write_settings
from tests.e2e.running import RunningServer, run_command, running_server
from tests.fakes.sources import write_documents

pytestmark = pytest.mark.xdist_group("providers")

QUESTION = "How tall is the lighthouse of Skagen?"
SLACK = 20.0
REFUSALS = {
    "rate_limit": (503, "upstream_rate_limited"),
    "server_error": (502, "upstream_failed"),
    "stall": (504, "deadline_exceeded"),
    "cut_stream": (502, "upstream_broke_off"),
    "truncate_stream": (502, "upstream_unreadable"),
    "malformed_json": (502, "upstream_unreadable"),
    "empty": (502, "upstream_empty"),
}


@dataclass(frozen=True)
class Setup:
    server: RunningServer
    provider: httpx.Client

    def ask(self, app: str, *, stream: bool) -> httpx.Response:
        with self.server.client() as client:
            return client.post("/ask", json={"question": QUESTION, "app": app, "stream": stream})

    def answer(self, app: str, *, stream: bool = False) -> dict[str, Any]:
        """Return the whole answer, the same for both ways to ask."""
        response = self.ask(app, stream=stream)
        assert response.status_code == 200, response.text
        if not stream:
            return dict(response.json())
        name, data = list_events(response.text)[-1]
        assert name == "done", data
        return dict(data)


@pytest.fixture(scope="module")
def setup(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setup]:
    base: Path = tmp_path_factory.mktemp("providers")
    with fake_provider() as url, httpx.Client(base_url=url, trust_env=False) as provider:
        write_settings(base / "workspace", url)
        with running_server(base / "workspace") as server:
            run_command("ingest", str(write_documents(base / "documents")), workspace=server.workspace)
            yield Setup(server, provider)


def list_events(text: str) -> list[tuple[str, Any]]:
    frames = [frame.split("\n") for frame in text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in frames]


@pytest.mark.parametrize("behaviour", REFUSALS)
def test_a_failing_provider_is_a_clear_error_within_the_deadline(setup: Setup, behaviour: str) -> None:
    start = time.monotonic()
    response = setup.ask(behaviour, stream=False)
    assert time.monotonic() - start < DEADLINE + SLACK
    status, code = REFUSALS[behaviour]
    problem = response.json()
    assert (response.status_code, problem["code"]) == (status, code)
    assert f"fake:fake-1!{behaviour}" in problem["detail"]
    assert problem["hint"]
    assert ("retry-after" in response.headers) == (status == 503)


@pytest.mark.parametrize("behaviour", REFUSALS)
def test_a_stream_of_a_failing_provider_ends_in_an_error_and_never_in_done(
    setup: Setup, behaviour: str
) -> None:
    start = time.monotonic()
    events = list_events(setup.ask(behaviour, stream=True).text)
    assert time.monotonic() - start < DEADLINE + SLACK
    names = [name for name, _ in events]
    assert names[0] == "sources"
    assert names.count("error") == 1
    assert set(names[1:-1]) <= {"delta"}
    last, problem = events[-1]
    expected = {**REFUSALS, "truncate_stream": (502, "upstream_broke_off")}
    assert (last, problem["status"], problem["code"]) == ("error", *expected[behaviour])
    assert problem["hint"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_slow_provider_is_waited_for(setup: Setup, stream: bool) -> None:
    answer = setup.answer("slow_first_token", stream=stream)
    assert [citation["verdict"] for citation in answer["citations"]] == ["supported"]


@pytest.mark.parametrize("stream", [False, True])
def test_one_refusal_with_retry_after_is_retried(setup: Setup, stream: bool) -> None:
    setup.provider.delete("/control/requests")
    setup.provider.post("/control", json={"behaviour": "rate_limit", "times": 1})
    start = time.monotonic()
    answer = setup.answer("steered", stream=stream)
    assert time.monotonic() - start >= 1.0  # what Retry-After asked for
    assert "Skagen" in answer["answer"]
    assert setup.provider.get("/control/requests").json()["total"] == 2


@pytest.mark.parametrize("stream", [False, True])
def test_kept_faults_are_shown_as_unsupported(setup: Setup, stream: bool) -> None:
    moved = setup.answer("wrong_citation-keep", stream=stream)
    assert [citation["verdict"] for citation in moved["citations"]] == ["unsupported"]
    invented = setup.answer("hallucination-keep", stream=stream)
    assert [citation["verdict"] for citation in invented["citations"]] == ["supported", "unsupported"]
    assert all(
        citation["reason"] for citation in invented["citations"] if citation["verdict"] == "unsupported"
    )


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("policy", ["strip", "repair"])
def test_an_invented_sentence_that_stays_is_taken_out(setup: Setup, policy: str, stream: bool) -> None:
    answer = setup.answer(f"hallucination-{policy}", stream=stream)
    assert HALLUCINATION not in answer["answer"]
    assert "1858" in answer["answer"]
    assert [citation["verdict"] for citation in answer["citations"]] == ["supported"]


@pytest.mark.parametrize("policy", ["strip", "repair", "abstain"])
def test_an_answer_of_which_nothing_holds_becomes_an_abstention(setup: Setup, policy: str) -> None:
    answer = setup.answer(f"wrong_citation-{policy}")
    assert (answer["answer"], answer["abstained"], answer["citations"]) == (ABSTENTION, True, [])


def test_abstain_withdraws_an_answer_for_one_invented_sentence(setup: Setup) -> None:
    answer = setup.answer("hallucination-abstain")
    assert (answer["answer"], answer["abstained"]) == (ABSTENTION, True)


def test_repair_asks_once_more_and_takes_the_better_answer(setup: Setup) -> None:
    setup.provider.delete("/control/requests")
    setup.provider.post("/control", json={"behaviour": "wrong_citation", "times": 1})
    answer = setup.answer("steered-repair")
    assert [citation["verdict"] for citation in answer["citations"]] == ["supported"]
    assert setup.provider.get("/control/requests").json()["total"] == 2


def test_a_model_judges_the_citations_and_its_tokens_are_counted(setup: Setup) -> None:
    setup.provider.delete("/control/requests")
    answer = setup.answer("judged")
    assert HALLUCINATION not in answer["answer"]
    assert [citation["verdict"] for citation in answer["citations"]] == ["supported"]
    # The answer, the verdicts on it, and those on what the policy left of it.
    assert setup.provider.get("/control/requests").json()["total"] == 3
    alone = setup.answer("hallucination-strip")
    assert answer["answer"] == alone["answer"]
    assert answer["tokens_used"] > alone["tokens_used"]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("app", "why"), [("judged-in-prose", "no JSON"), ("judged-too-late", "did not finish")]
)
def test_a_judge_that_fails_costs_the_verdicts_and_not_the_answer(
    setup: Setup, app: str, why: str, stream: bool
) -> None:
    start = time.monotonic()
    answer = setup.answer(app, stream=stream)
    assert time.monotonic() - start < DEADLINE + SLACK
    assert "Skagen" in answer["answer"]
    (citation,) = answer["citations"]
    assert citation["verdict"] == "unchecked"
    assert why in citation["reason"]


def test_a_reader_who_hangs_up_ends_the_call_of_the_provider(setup: Setup) -> None:
    setup.provider.delete("/control/requests")
    body = {"question": QUESTION, "app": "stall-long", "stream": True}
    with setup.server.client() as client, client.stream("POST", "/ask", json=body) as response:
        lines = response.iter_lines()
        assert any(line.startswith("event: delta") for line in lines)
    deadline = time.monotonic() + LONG_DEADLINE / 2  # sooner than the deadline of the question would end it
    states = {"open"}
    while states == {"open"} and time.monotonic() < deadline:
        states = {request["state"] for request in setup.provider.get("/control/requests").json()["requests"]}
    assert states == {"disconnected"}
