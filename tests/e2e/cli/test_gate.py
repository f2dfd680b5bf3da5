"""The gate by command and over HTTP, and the label that waits for its pass."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.console.server import run_fake_models, write_settings
from tests.e2e.running import run_command, running_server

APP = """\
kind: prompt
evaluators: [exact]
gate:
  dataset: golden
  labels: [production]
  rules:
    - {metric: exact, margin: 0.2}
variants:
  plain:
    input: {text: string}
    prompt: {text: "Repeat: {{ text }}"}
  polite:
    extends: plain
    prompt: {text: "Please repeat: {{ text }}"}
labels: {production: plain}
"""


@pytest.mark.timeout(600)
def test_a_label_waits_for_the_pass_that_the_command_gives(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    (workspace / "apps").mkdir(parents=True)
    (workspace / "apps" / "echo.yaml").write_text(APP, encoding="utf-8")
    lines = [
        json.dumps({"key": f"q{n}", "input": {"text": f"say {n}"}, "expected": f"{n}"}) for n in range(40)
    ]
    examples = tmp_path / "golden.jsonl"
    examples.write_text("\n".join(lines), encoding="utf-8")
    move = ("apps", "label", "echo", "production=polite", "--reason", "Politer.")
    with running_server(workspace) as server, server.client() as client:
        run_command("datasets", "import", "golden", str(examples), workspace=workspace)
        refused = run_command(*move, workspace=workspace, check=False)
        assert refused.returncode == 1
        assert "has not passed the gate" in refused.stderr

        done = run_command("gate", "echo", "--candidate", "polite", "--json", workspace=workspace)
        verdict = json.loads(done.stdout)
        assert (verdict["verdict"], verdict["examples"], len(verdict["findings"])) == ("pass", 40, 1)
        run_command(*move, workspace=workspace)

        (kept,) = client.get("/v1/gates", params={"app": "echo"}).raise_for_status().json()["gates"]
        assert kept["candidate_hash"] == verdict["candidate_hash"]
        assert client.get(f"/v1/gates/{kept['id']}").raise_for_status().json() == kept
        runs = {"candidate_run": kept["baseline_run"], "baseline_run": kept["candidate_run"]}
        back = client.post("/v1/gates", json=runs)
        assert back.status_code == 201
        assert (back.json()["verdict"], back.json()["candidate"]) == ("pass", kept["baseline"])

        same = run_command("gate", "echo", "-c", "polite", "-b", "production", workspace=workspace)
        assert "the same variant" in same.stdout
        unknown = run_command("gate", "echo", "-c", "polit", workspace=workspace, check=False)
        assert unknown.returncode == 2
        assert "polite" in unknown.stderr


@pytest.mark.timeout(600)
def test_a_candidate_that_is_worse_fails_with_its_own_exit_status(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    (workspace / "apps").mkdir(parents=True)
    deaf = APP.replace("Please repeat: {{ text }}", "Say hello.").replace("exact", "contains")
    deaf = deaf.replace("  plain:\n", "  plain:\n    model: demo:assistant\n")
    (workspace / "apps" / "echo.yaml").write_text(deaf, encoding="utf-8")
    lines = [
        json.dumps({"key": f"q{n}", "input": {"text": f"say {n}"}, "expected": f"say {n}"}) for n in range(40)
    ]
    examples = tmp_path / "golden.jsonl"
    examples.write_text("\n".join(lines), encoding="utf-8")
    with run_fake_models() as address:
        write_settings(workspace, address)
        run_command("apply", workspace=workspace)
        run_command("datasets", "import", "golden", str(examples), workspace=workspace)
        report = tmp_path / "gate.md"
        command = ("gate", "echo", "--candidate", "polite", "--markdown", str(report))
        failed = run_command(*command, workspace=workspace, check=False)
    assert failed.returncode == 1
    assert "Verdict: fail" in failed.stdout
    assert "Say hello." in failed.stdout
    assert "Gate of echo: **fail**" in report.read_text(encoding="utf-8")
