"""What users say is redacted before any of it is stored, can be erased, and who changed what is in the audit log."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.conftest import TEMPLATE
from tests.e2e.faults.providers import fake_provider
from tests.e2e.running import RunningServer, run_command, running_server
from tests.fakes.apps import write_app
from tests.fakes.tables import list_tables_with

PLANTED = {
    "card": "4111 1111 1111 1111",
    "mail": "ann.private@example.com",
    "key": "sk-ant-api03-" + "aB3dE5fG" * 11,
    "case": "CN-493817",
}
SAID = "My card is {card}, mail {mail}, the key {key}, case {case}".format(**PLANTED)
SETTINGS = """
[providers.fake]
base_url = "{url}/v1"
api_key = "none"

[traces]
content = "redacted"
"""
TRACES = "traces:\n  redact:\n    CASE: 'CN-[0-9]{6}'\n"
PATIENCE = 60


@dataclass
class Service:
    server: RunningServer
    conninfo: str

    def run_command(self, *args: str, check: bool = True) -> str:
        env = {"DATABASE_URL": self.conninfo}
        result = run_command(*args, workspace=self.server.workspace, env=env, check=check)
        return result.stdout if result.returncode == 0 else result.stderr

    def find_planted(self) -> dict[str, list[str]]:
        return {
            name: found for name, text in PLANTED.items() if (found := list_tables_with(self.conninfo, text))
        }


@pytest.fixture(scope="module")
def conninfo(postgres: str) -> Iterator[str]:
    """A database for all tests of this module, which a test may look into."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
        yield make_conninfo(postgres, dbname=name)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, conninfo: str) -> Iterator[Service]:
    workspace = tmp_path_factory.mktemp("privacy") / "workspace"
    with fake_provider() as url:
        prompt = "{% block user %}{{ text }}{% endblock %}\n"
        write_app(
            workspace, "echo", kind="prompt", model="fake:fake-1", prompt=prompt, input={"text": "string"}
        )
        file = workspace / "apps" / "echo.yaml"
        app = file.read_text("utf-8")
        file.write_text(app + TRACES, encoding="utf-8")
        file.with_name("silent.yaml").write_text(app + "traces: {content: none}\n", encoding="utf-8")
        (workspace / "answerable.toml").write_text(SETTINGS.format(url=url), encoding="utf-8")
        with running_server(workspace, env={"DATABASE_URL": conninfo}) as server:
            yield Service(server, conninfo)


def ask(client: httpx.Client, user: str, text: str = SAID, **more: Any) -> dict[str, Any]:
    response = client.post("/v1/apps/echo/run", json={"input": {"text": text}, "user": user, **more})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def get_trace(client: httpx.Client, trace_id: str) -> dict[str, Any]:
    """Return the trace, which is written within a second."""
    deadline = time.monotonic() + PATIENCE
    while (response := client.get(f"/v1/traces/{trace_id}")).status_code == 404:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    trace: dict[str, Any] = response.json()
    return trace


def test_nothing_that_was_planted_is_in_any_table(service: Service) -> None:
    with service.server.client() as client:
        answer = ask(client, "ann")
        assert PLANTED["card"] in json.dumps(answer), "who asks gets the answer as it is"
        again = ask(client, "ann")
        assert again["cached"], "an answer may be served again, from memory"
        client.post(
            "/v1/feedback",
            json={"trace_id": answer["trace_id"], "thumb": "up", "comment": SAID, "final_text": SAID},
        ).raise_for_status()
        span = {
            "traceId": answer["trace_id"], "spanId": "00f067aa0ba902b7", "name": f"mail {PLANTED['mail']}",
            "startTimeUnixNano": str(time.time_ns()), "endTimeUnixNano": str(time.time_ns()),
            "attributes": [{"key": "note", "value": {"stringValue": SAID.replace(PLANTED["case"], "")}}],
        }  # fmt: skip
        client.post(
            "/v1/otlp/traces", json={"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}
        ).raise_for_status()
        trace = get_trace(client, answer["trace_id"])
    assert (
        trace["input"]["input"]["text"] == "My card is [CARD], mail [EMAIL], the key [API_KEY], case [CASE]"
    )
    assert "[CARD]" in trace["output"]
    run_command(
        "doctor", workspace=service.server.workspace, env={"DATABASE_URL": service.conninfo}, check=False
    )
    assert service.find_planted() == {}


def test_a_conversation_is_kept_as_its_app_keeps_what_is_said(service: Service) -> None:
    with service.server.client() as client:
        for app in ("echo", "silent"):
            asked = {"input": {"text": SAID}, "user": "cleo", "conversation_id": f"of-{app}"}
            for _ in range(2):
                answer = client.post(f"/v1/apps/{app}/run", json=asked).raise_for_status().json()
                assert answer["conversation_id"] == f"of-{app}"
        redacted, silent = [
            client.get(f"/v1/conversations/of-{app}", params={"user": "cleo"}).raise_for_status().json()
            for app in ("echo", "silent")
        ]
    said = [message["content"] for message in redacted["messages"]]
    assert said[::2] == ["My card is [CARD], mail [EMAIL], the key [API_KEY], case [CASE]"] * 2
    assert [message["content"] for message in silent["messages"]] == [""] * 4
    assert service.find_planted() == {}


def test_a_user_is_erased_from_every_table_and_the_log_says_so(service: Service) -> None:
    user = "user-8f3b1c"
    with service.server.client() as client:
        answer = ask(client, user, "hello there", conversation_id="talk-1")
        client.post("/v1/feedback", json={"trace_id": answer["trace_id"], "thumb": "down", "user": user})
        get_trace(client, answer["trace_id"])
        assert list_tables_with(service.conninfo, user)
        erased = client.delete(f"/v1/users/{user}/data").json()
        assert (erased["user"], erased["deleted"]["traces"], erased["deleted"]["conversations"]) == (
            user,
            1,
            1,
        )
        assert client.get(f"/v1/traces/{answer['trace_id']}").status_code == 404
        assert list_tables_with(service.conninfo, user) == []
        assert list_tables_with(service.conninfo, "hello there") == []
        (entry,) = client.get("/v1/audit", params={"action": "user.erase"}).json()["entries"]
        assert entry["target"] == f"sha256:{hashlib.sha256(user.encode()).hexdigest()}"
        assert entry["details"] == erased["deleted"]
        assert set(client.delete(f"/v1/users/{user}/data").json()["deleted"].values()) == {0}


def test_only_an_admin_reads_the_log_or_erases(service: Service) -> None:
    with service.server.client() as admin:
        key = admin.post("/v1/keys", json={"name": "shop", "role": "developer"}).json()["secret"]
        (made,) = admin.get("/v1/audit", params={"action": "key", "target": "shop"}).json()["entries"]
        assert (made["actor"], made["action"]) == ("admin of this workspace", "key.create")
        report = admin.get("/v1/audit/verify").json()
        assert report["ok"]
        number, _, digits = report["head"].partition(":")
        other = admin.get("/v1/audit/verify", params={"anchor": f"{number}:{digits[::-1]}"}).json()
        assert (other["ok"], other["broken"]) == (False, int(number))
        assert admin.get("/v1/audit/verify", params={"anchor": "x"}).status_code == 422
        assert admin.delete("/v1/users/%20%00/data").status_code == 422
    with service.server.client(key) as developer:
        for method, path in (
            ("GET", "/v1/audit"),
            ("GET", "/v1/audit/verify"),
            ("DELETE", "/v1/users/ann/data"),
        ):
            assert developer.request(method, path).status_code == 403


def test_the_command_line_checks_exports_and_erases(service: Service, tmp_path: Path) -> None:
    with service.server.client() as client:
        get_trace(client, ask(client, "ben")["trace_id"])
    assert service.run_command("traces", "erase", "--user", "ben", "--yes").split()[:2] == ["1", "traces"]
    report = json.loads(service.run_command("audit", "verify", "--json"))
    assert report["ok"]
    file = tmp_path / "audit.jsonl"
    service.run_command("audit", "export", "--to", str(file))
    entries = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert f"{entries[-1]['number']}:{entries[-1]['hash']}" == report["head"]
    previous = bytes(32)
    for entry in entries:  # as the guide shows it
        hashed = {name: value for name, value in entry.items() if name not in ("previous", "hash")}
        text = json.dumps(hashed, sort_keys=True, separators=(",", ":"))
        previous = hashlib.sha256(previous + text.encode()).digest()
        assert previous.hex() == entry["hash"]


def test_a_pattern_of_the_settings_that_cannot_be_used_stops_the_start(tmp_path: Path, conninfo: str) -> None:
    (tmp_path / "answerable.toml").write_text('[traces.redact]\nCASE = "(a"\n', encoding="utf-8")
    refused = run_command("traces", "list", workspace=tmp_path, env={"DATABASE_URL": conninfo}, check=False)
    assert refused.returncode == 1
    assert "[traces] redact.CASE: It is not a regular expression" in refused.stderr
