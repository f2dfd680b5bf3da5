"""`answerable apply`, `apps` and `export`: from files to labels and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.running import run_command

APP = """\
kind: prompt
description: Sorts tickets.
variants:
  first:
    prompt: prompts/triage.md
    input:
      ticket: {type: string}
  careful:
    extends: first
    temperature: 0.5
"""
PROMPT = """\
{% block system %}
Sort the ticket.
Answer with one word.
{% endblock %}
{% block user %}{{ ticket }}{% endblock %}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with one app of two variants."""
    for name, text in {"apps/triage.yaml": APP, "prompts/triage.md": PROMPT}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    (tmp_path / "answerable.toml").touch()
    return tmp_path


def read(workspace: Path, *args: str) -> Any:
    """Run `answerable ARGS --json` and return what it printed."""
    return json.loads(run_command(*args, "--json", workspace=workspace).stdout)


def get_change(report: Any, app: str) -> Any:
    return next(entry for entry in report["apps"] if entry["name"] == app)


def test_a_file_is_applied_once_and_a_label_is_moved(workspace: Path) -> None:
    report = read(workspace, "apply")
    first, careful = get_change(report, "triage")["variants"]
    assert [(entry["name"], entry["action"]) for entry in (first, careful)] == [
        ("first", "registered"),
        ("careful", "registered"),
    ]
    assert "No app was changed" in run_command("apply", workspace=workspace).stdout

    (workspace / "prompts/triage.md").write_text(PROMPT.replace("one word", "two words"))
    applied = run_command("apply", workspace=workspace).stdout
    assert f"moved from {first['id']} to first@" in applied

    diff = run_command("apps", "diff", "triage", first["hash"], "first", workspace=workspace)
    assert "-Answer with one word." in diff.stdout
    assert "+Answer with two words." in diff.stdout

    run_command("apps", "label", "triage", "production=careful", "--reason", "Calmer.", workspace=workspace)
    (newest, *_) = read(workspace, "apps", "history", "triage")["events"]
    assert (newest["before"].partition("@")[0], newest["reason"]) == ("first", "Calmer.")
    shown = read(workspace, "apps", "show", "triage@production")
    assert (shown["name"], shown["content"]["temperature"]) == ("careful", 0.5)
    assert "two words" in shown["content"]["prompt"]["template"]


def test_an_export_is_what_apply_reads_and_replaces_no_file_unasked(workspace: Path) -> None:
    run_command("apply", workspace=workspace)
    run_command("apps", "label", "triage", "production=careful", "--reason", "Calmer.", workspace=workspace)
    written = (workspace / "apps/triage.yaml").read_text()
    refused = run_command("export", workspace=workspace, check=False)
    assert refused.returncode == 1
    assert "apps/triage.yaml is there and says something else" in refused.stderr
    assert (workspace / "apps/triage.yaml").read_text() == written
    assert not (workspace / "apps/ask.yaml").exists()
    assert "apps/ask.yaml" in read(workspace, "export", "--force")["written"]
    assert "production: careful" in (workspace / "apps/triage.yaml").read_text()
    assert "Nothing to write" in run_command("export", workspace=workspace).stdout
    assert not read(workspace, "apply", "--dry-run")["changed"]


def test_every_error_of_the_files_is_printed_and_nothing_is_registered(workspace: Path) -> None:
    (workspace / "apps/triage.yaml").write_text(APP.replace("temperature", "temprature"))
    (workspace / "apps/other.yaml").write_text("kind: prmpt\nvariants:\n  one: {prompt: prompts/none.md}\n")
    result = run_command("apply", "--json", workspace=workspace, check=False)
    assert result.returncode == 1
    assert "apps/other.yaml:1: " in result.stderr
    assert "Did you mean 'prompt'?" in result.stderr
    assert "apps/triage.yaml:10: " in result.stderr
    assert "Did you mean 'temperature'?" in result.stderr
    problems = json.loads(result.stdout)["problems"]
    assert {(entry["file"], entry["line"]) for entry in problems} == {
        ("apps/other.yaml", 1),
        ("apps/triage.yaml", 10),
    }
    assert [app["name"] for app in read(workspace, "apps", "list")["apps"]] == ["ask"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["label", "ask", "production", "--reason", "x"], ["'production' is not LABEL=VARIANT"]),
        (["show", "aks"], ["no app 'aks'", "Did you mean 'ask'?"]),
    ],
    ids=lambda value: " ".join(value)[:40],
)
def test_a_wrong_call_says_what_and_what_to_do(
    workspace: Path, arguments: list[str], words: list[str]
) -> None:
    result = run_command("apps", *arguments, workspace=workspace, check=False)
    assert result.returncode == 2
    for word in words:
        assert word in result.stderr
