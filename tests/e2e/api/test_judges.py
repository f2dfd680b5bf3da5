"""Judges over HTTP, on a server that has no model to judge with."""

from __future__ import annotations

import pytest

from tests.e2e.running import RunningServer


def test_the_judges_are_listed_with_how_far_they_can_be_trusted(server: RunningServer) -> None:
    with server.client() as client:
        judges = {one["name"]: one for one in client.get("/v1/judges").json()["judges"]}
    found = judges["judge-faithfulness"]
    assert found["builtin"]
    assert found["trust"] == "not held against people yet"
    assert "cannot judge" in found["problem"]
    assert found["calibration"] is None


def test_one_judge_is_shown_with_its_calibrations(server: RunningServer) -> None:
    with server.client() as client:
        found = client.get("/v1/judges/judge-relevance").json()
    assert found["name"] == "judge-relevance"
    assert found["calibrations"] == []


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/judges/judge-relevanse", 404, "unknown_app"),
        ("GET", "/v1/judges/ask", 422, "no_judge"),
        ("POST", "/v1/judges/judge-relevance/calibrate", 409, "nothing_to_compare"),
        ("GET", "/v1/judges/judge-relevance/rate", 422, "too_few_labels"),
    ],
)
def test_what_cannot_be_done_says_so(
    server: RunningServer, method: str, path: str, status: int, code: str
) -> None:
    with server.client() as client:
        answer = client.request(method, path, json={} if method == "POST" else None)
    assert answer.status_code == status
    assert answer.json()["code"] == code


def test_an_eval_run_that_is_not_there(server: RunningServer) -> None:
    body = {"run": "01a1febf-6a0b-72fb-81d6-d5eef13e6818"}
    with server.client() as client:
        answer = client.post("/v1/judges/judge-relevance/calibrate", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_eval_run")
