"""What an operator sees of a server that was used: metrics, charts, usage, alerts, scores."""

from __future__ import annotations

import json
import subprocess
import time
from datetime import datetime, timedelta

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families

from answerable.monitoring.metrics.definitions import DEFINITIONS
from tests.e2e.monitoring.conftest import PATIENCE, TOKEN, Hook
from tests.e2e.running import RunningServer, run_command


def scrape(server: RunningServer, accept: str = "text/plain", token: str = TOKEN) -> httpx.Response:
    headers = {"Accept": accept, **({"Authorization": f"Bearer {token}"} if token else {})}
    return httpx.get(f"{server.url}/metrics", headers=headers, trust_env=False, timeout=60)


def test_prometheus_gets_every_metric_in_both_formats(monitored: RunningServer) -> None:
    plain = scrape(monitored)
    assert plain.headers["content-type"].startswith("text/plain")
    families = {family.name: family for family in text_string_to_metric_families(plain.text)}
    expected = {definition.name.removesuffix("_total"): definition.kind for definition in DEFINITIONS}
    assert {name: families[name].type for name in expected} == expected
    assert "process_cpu_seconds" in families
    assert "_created" not in plain.text
    requests = {
        (sample.labels["app"], sample.labels["status"]): sample.value
        for sample in families["answerable_requests"].samples
        if sample.labels["purpose"] == "serve"
    }
    assert requests == {("handbook", "ok"): 3, ("broken", "error"): 1}
    modern = scrape(monitored, "application/openmetrics-text; version=1.0.0")
    assert modern.headers["content-type"].startswith("application/openmetrics-text")
    found = parse_openmetrics(modern.text)  # type: ignore[no-untyped-call]
    assert {family.name for family in found} >= set(expected)


def test_a_scraper_needs_the_token_or_a_key_and_the_token_opens_nothing_else(
    monitored: RunningServer,
) -> None:
    assert scrape(monitored, token="").status_code == 401
    assert scrape(monitored, token="scrape-me-and-nothing-elsE").status_code == 401
    assert scrape(monitored, token=monitored.admin_key).status_code == 200
    made = run_command("keys", "create", "shop", "--role", "app", "--json", workspace=monitored.workspace)
    assert scrape(monitored, token=json.loads(made.stdout)["secret"]).status_code == 403
    with monitored.client(TOKEN) as client:
        assert client.get("/v1/monitor").status_code == 401


def test_the_charts_show_what_happened(monitored: RunningServer) -> None:
    with monitored.client() as client:
        series = client.get("/v1/monitor", params={"zone": "Europe/Berlin"}).json()
        assert series["step"] == "minute"
        total = series["total"]
        assert (total["requests"], total["errors"], total["cached"]) == (4, 1, 1)
        assert sum(bucket["requests"] for bucket in series["buckets"]) == 4
        assert list(total["errors_by_code"].values()) == [1]
        assert total["duration"]["p95_ms"] > 0
        assert total["first_token"]["count"] == 1
        assert series["spend"]["judge"]["cost_usd"] > 0
        assert {"label", "variant", "server"} <= {mark["kind"] for mark in series["marks"]}
        one = client.get("/v1/monitor", params={"app": "handbook"}).json()
        assert [variant["app"] for variant in one["variants"]] == ["handbook"]
        made = client.post("/v1/marks", json={"text": "Shop 4.2"})
        assert made.status_code == 201
        marks = client.get("/v1/monitor").json()["marks"]
        assert ("deploy", "Shop 4.2") in [(mark["kind"], mark["text"]) for mark in marks]


@pytest.mark.parametrize(
    "params",
    [
        {"zone": "Europe/Atlantis"},
        {"since": "2026-01-01T00:00:00"},
        {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
        {"since": "2016-01-01T00:00:00Z"},
        {"until": "0001-01-01T00:00:00Z"},
        {"since": "9999-12-31T23:59:59Z", "until": "9999-12-31T23:59:59Z"},
    ],
)
def test_a_range_that_cannot_be_shown_is_refused(monitored: RunningServer, params: dict[str, str]) -> None:
    with monitored.client() as client:
        assert client.get("/v1/monitor", params=params).status_code == 422


def test_a_name_that_nothing_can_have_finds_nothing(monitored: RunningServer) -> None:
    with monitored.client() as client:
        odd = {"app": "a\x00b"}
        assert client.get("/v1/monitor", params=odd).json()["total"]["requests"] == 0
        assert client.get("/v1/usage", params={**odd, "by": "user"}).json()["rows"] == []
        assert client.get("/v1/usage", params={"until": "9999-12-31"}).status_code == 422


def test_usage_names_what_was_spent_and_keeps_judges_apart(monitored: RunningServer) -> None:
    with monitored.client() as client:
        report = client.get("/v1/usage", params={"by": "app"}).json()
        rows = {row["name"]: row for row in report["rows"]}
        assert rows["handbook"]["requests"] == 3
        assert rows["handbook"]["cost_usd"] > 0
        assert "tone" not in rows
        assert report["purposes"]["judge"]["cost_usd"] > 0
        assert client.get("/v1/usage", params={"by": "happiness"}).status_code == 422
    shown = run_command("usage", "--by", "key", workspace=monitored.workspace).stdout
    assert "admin" in shown
    assert "judge:" in shown
    as_json = run_command("usage", "--by", "day", "--json", workspace=monitored.workspace).stdout
    assert json.loads(as_json)["total"]["requests"] == report["total"]["requests"]


def test_an_alert_rings_and_is_tried_out_listed_and_silenced(monitored: RunningServer, hook: Hook) -> None:
    deadline = time.monotonic() + PATIENCE
    while "alert.firing" not in [json.loads(body)["type"] for body in hook.bodies]:
        assert time.monotonic() < deadline, hook.bodies
        time.sleep(0.1)
    tried = run_command("alerts", "test", "any error", workspace=monitored.workspace)
    assert tried.stdout == "ops: delivered\n"
    assert json.loads(hook.bodies[-1])["type"] == "alert.test"
    listed = run_command("alerts", "list", workspace=monitored.workspace).stdout
    assert "any error" in listed
    assert "firing" in listed
    silenced = run_command("alerts", "silence", "any error", "2h", workspace=monitored.workspace)
    assert silenced.stdout.startswith("any error is silent until ")
    with monitored.client() as client:
        (alert,) = client.get("/v1/alerts").json()["alerts"]
        until = datetime.fromisoformat(alert["silenced_until"])
        assert abs(until - datetime.now(until.tzinfo) - timedelta(hours=2)) < timedelta(minutes=5)
        assert (
            client.post("/v1/alerts/any error/silence", json={"seconds": 0}).json()["silenced_until"] is None
        )
        assert client.post("/v1/alerts/nothing/silence", json={"seconds": 60}).status_code == 404


@pytest.mark.parametrize(
    "arguments", [("silence", "nothing", "2h"), ("silence", "any error", "soon"), ("test", "x")]
)
def test_wrong_usage_is_said(monitored: RunningServer, arguments: tuple[str, ...]) -> None:
    result: subprocess.CompletedProcess[str] = run_command(
        "alerts", *arguments, workspace=monitored.workspace, check=False
    )
    assert result.returncode == 2
    assert "error" in result.stderr


def test_sampled_answers_have_scores_and_judges_have_none(monitored: RunningServer) -> None:
    with monitored.client() as client:
        status = client.get("/v1/online").json()
        (rule,) = status["rules"]
        assert status["failures"] == []
        assert {name: one["scored"] for name, one in rule["today"].items()} == {
            "refusal": 3, "latency": 3, "judge:tone": 3
        }  # fmt: skip
        assert rule["today"]["judge:tone"]["usd"] > 0


def test_the_score_of_a_judge_says_how_far_it_can_be_trusted(monitored: RunningServer) -> None:
    with monitored.client() as client:
        answered, *_ = client.get("/v1/traces", params={"app": "handbook"}).json()["traces"]
        scores = client.get("/v1/feedback", params={"trace_id": answered["id"]}).json()["scores"]
    assert {score["name"]: score["trust"] for score in scores if score["source"] in {"judge", "code"}} == {
        "refusal": None, "latency": None, "tone": "not held against people yet"
    }  # fmt: skip
