"""Models are asked on the server's schedule and by hand, and what changed is said and accepted."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.faults.providers import fake_provider
from tests.e2e.running import run_command, running_server
from tests.fakes.apps import write_app

SETTINGS = """
default_model = "mine:fake-1"

[providers.mine]
base_url = "{url}/v1"

[model_checks]
every = "1d"
"""


@pytest.fixture
def provider() -> Iterator[str]:
    with fake_provider() as url:
        yield url


def test_a_server_asks_by_itself_and_a_person_sees_and_accepts_what_changed(
    tmp_path: Path, provider: str
) -> None:
    (tmp_path / "answerable.toml").write_text(SETTINGS.format(url=provider), encoding="utf-8")
    write_app(tmp_path, "plain", kind="prompt", model="mine:fake-1", prompt="Say hello.\n")

    with running_server(tmp_path) as server, server.client() as client:
        (standing,) = wait_for_checks(client)
        assert (standing["check"]["by"], standing["check"]["state"]) == ("schedule", "new")

        body = {"behaviour": "renamed"}
        httpx.post(f"{provider}/control", json=body, trust_env=False).raise_for_status()
        changed = run_command("models", "check", "--json", workspace=tmp_path, check=False)
        (check,) = json.loads(changed.stdout)["checks"]
        assert changed.returncode == 1, changed.stderr
        assert [change["kind"] for change in check["changes"]] == ["model", "fingerprint"]
        assert check["seen"]["models"] == ["fake-1-2026-11-01"]

        accepted = client.post("/v1/model-checks/accept", json={}).raise_for_status().json()["accepted"]
        assert [one["id"] for one in accepted] == [check["id"]]
        same = run_command("models", "check", workspace=tmp_path)
        assert "It is as it was." in same.stdout


def wait_for_checks(client: httpx.Client) -> list[dict[str, Any]]:
    """Return what `GET /v1/model-checks` lists once that is something."""
    end = time.monotonic() + 60
    while True:
        models: list[dict[str, Any]] = client.get("/v1/model-checks").raise_for_status().json()["models"]
        if models or time.monotonic() > end:
            return models
        time.sleep(0.1)
