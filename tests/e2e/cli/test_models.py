"""`answerable models` and `GET /v1/model-status`: the same list, from the shell and from a server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.faults.providers import fake_provider
from tests.e2e.running import run_command, running_server
from tests.fakes.apps import write_app

SETTINGS = """
[providers.mine]
base_url = "{url}/v1"
default_model = "fake-1"
concurrency = 8

[providers.mine.prices.fake-1]
input = 0.10
output = 0.30
reasoning = 0.60

[providers.away]
base_url = "http://127.0.0.1:9/v1"
default_model = "m:"
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("models")
    with fake_provider() as url:
        (folder / "answerable.toml").write_text(SETTINGS.format(url=url), encoding="utf-8")
        write_app(folder, "plain", kind="prompt", model="mine:fake-1", prompt="Say hello.\n")
        yield folder


def by_name(text: str) -> dict[str, dict[str, Any]]:
    return {model["name"]: model for model in json.loads(text)["models"]}


def test_a_check_shows_what_each_costs_and_can_and_whether_it_is_there(workspace: Path) -> None:
    checked = run_command("models", "--check", workspace=workspace, check=False)
    lines = {line.lstrip("* ").split()[0]: line for line in checked.stdout.splitlines()}

    assert checked.returncode == 1, checked.stderr
    assert lines["mine:fake-1"].split() == [
        "*", "mine:fake-1", "chat", "32,768", "0.1", "0.3", "images", "json", "tools", "yes"
    ]  # fmt: skip
    assert lines["away:m:"].split()[1:5] == ["chat", "unknown", "unknown", "unknown"]
    assert lines["away:m:"].split()[-1] == "no"
    assert lines["local:minilm"].split()[1] == "embedding"
    assert "`base_url`" in lines["away:m::"], "what to do"


def test_the_list_as_json_and_with_what_the_models_of_a_server_have_done(workspace: Path) -> None:
    listed = by_name(run_command("models", "--json", workspace=workspace).stdout)
    assert listed["away:m:"]["input_usd_per_million"] is None, "unknown is not 0"
    assert listed["mine:fake-1"]["reachable"] is None, "not looked at"

    with running_server(workspace) as server, server.client() as client:
        client.post("/v1/apps/plain/run", json={"input": {}}).raise_for_status()
        found = by_name(client.get("/v1/model-status").text)

    status = found["mine:fake-1"]["status"]
    assert status["requests"] >= 1
    assert (status["in_flight"], status["breaker"]) == (0, "closed")
    assert found["away:m:"]["status"] is None
