"""The templates for CI: their own lines run by a shell on a repository; the forge and the installer are stand-ins."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.running import clean_environment, run_script

TEMPLATES = Path(__file__).parents[3] / "deploy" / "ci"
APP = """\
kind: prompt
evaluators: [exact]
gate:
  dataset: golden
  rules:
    - {{metric: exact, margin: 0.2}}
variants:
  plain:
    input: {{text: string}}
    prompt:
      text: "{prompt}"
labels: {{production: plain}}
"""
STAND_IN = """#!/usr/bin/env bash
printf '%s\\n' "$0" "$@" > "$CALLED"
for word in "$@"; do
    case "$word" in body*@*) cat "${word#body*@}" >> "$CALLED" ;; comment.md) cat comment.md >> "$CALLED" ;; esac
done
case "$*" in *--paginate*) printf '%s' "${FOUND:-}" ;; esac
"""


def make_repository(folder: Path) -> str:
    """Make a repository whose last commit changes a prompt; return the commit before."""
    (folder / "apps").mkdir(parents=True)
    (folder / "datasets").mkdir()
    (folder / "ci").mkdir()
    shutil.copy(TEMPLATES / "gate.sh", folder / "ci")
    cases = [{"name": f"q{n}", "inputs": {"text": f"say {n}"}, "expected_output": f"{n}"} for n in range(40)]
    text = yaml.safe_dump({"name": "golden", "cases": cases})
    (folder / "datasets" / "golden.yaml").write_text(text, encoding="utf-8")
    run_git(folder, "init", "--quiet")
    for prompt in ("Repeat: {{ text }}", "Say again: {{ text }}"):
        (folder / "apps" / "echo.yaml").write_text(APP.format(prompt=prompt), encoding="utf-8")
        run_git(folder, "add", ".")
        run_git(folder, "commit", "--quiet", "--message", prompt)
    return run_git(folder, "rev-parse", "HEAD~1")


def run_git(folder: Path, *args: str) -> str:
    names = [f"GIT_{role}_{what}" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")]
    env = {**clean_environment(), **dict.fromkeys(names, "ci"), "GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run(["git", *args], cwd=folder, env=env, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def run_step(script: str, folder: Path, tmp_path: Path, env: Mapping[str, str]) -> int:
    """Run the lines of a step as a runner does, in its shell; return its exit status."""
    done = run_script(script, folder, options="-eo", env=env, programs=tmp_path / "bin")
    print(done.stdout, done.stderr)
    return done.returncode


@pytest.fixture
def called(tmp_path: Path) -> Path:
    """Where `gh`, `curl` and `pip` write how they were called."""
    (tmp_path / "bin").mkdir()
    for name in ("gh", "curl", "pip"):
        program = tmp_path / "bin" / name
        program.write_text(STAND_IN, encoding="utf-8")
        program.chmod(0o755)
    return tmp_path / "called"


def read_template(name: str) -> Any:
    return yaml.safe_load((TEMPLATES / name).read_text(encoding="utf-8"))


@pytest.mark.timeout(600)
def test_the_template_of_github_gates_a_pull_request_and_posts_the_verdict(
    tmp_path: Path, called: Path
) -> None:
    base = make_repository(tmp_path / "repo")
    job = read_template("github-gate.yml")["jobs"]["gate"]
    steps = {step["name"]: step["run"] for step in job["steps"] if "run" in step}
    given = {"APP": "echo", "BASE": base, "PULL_REQUEST": "7", "GH_TOKEN": "t", "CALLED": str(called)}
    given |= {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"), "GITHUB_REPOSITORY": "harbour/guide"}
    assert given.keys() >= {name for name in job["env"] if not name.endswith("_API_KEY")}
    assert run_step(steps["Install"], tmp_path / "repo", tmp_path, given) == 0
    assert "answerable" in called.read_text(encoding="utf-8")
    assert run_step(steps["Gate"], tmp_path / "repo", tmp_path, given) == 0
    assert run_step(steps["Post"], tmp_path / "repo", tmp_path, given) == 0
    posted = called.read_text(encoding="utf-8")
    assert "Gate of echo: **pass**" in posted
    assert "`golden@1`: 40 examples" in posted
    assert posted.split()[1:4] == ["pr", "comment", "7"]
    assert run_step(steps["Post"], tmp_path / "repo", tmp_path, {**given, "FOUND": "41"}) == 0
    again = called.read_text(encoding="utf-8")
    assert "PATCH repos/harbour/guide/issues/comments/41" in " ".join(again.split())
    assert "Gate of echo: **pass**" in again
    assert "Gate of echo" in (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert not (tmp_path / "repo" / ".answerable").exists()


@pytest.mark.timeout(600)
def test_the_template_of_gitlab_posts_the_verdict_of_a_gate_that_is_not_passed(
    tmp_path: Path, called: Path
) -> None:
    """Twenty-nine examples are too few for the rules: inconclusive, exit 3, and still posted."""
    repository = tmp_path / "repo"
    base = make_repository(repository)
    data = yaml.safe_load((repository / "datasets" / "golden.yaml").read_text(encoding="utf-8"))
    data["cases"] = data["cases"][:29]
    (repository / "datasets" / "golden.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    run_git(repository, "commit", "--quiet", "--all", "--message", "Fewer")
    job = read_template("gitlab-gate.yml")["gate"]
    given = {
        "APP": "echo",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
        "CI_API_V4_URL": "http://127.0.0.1:9/api/v4",
        "CI_PROJECT_ID": "3",
        "CI_MERGE_REQUEST_IID": "5",
        "GATE_TOKEN": "secret",
        "CALLED": str(called),
    }
    assert run_step("\n".join(job["script"]), repository, tmp_path, given) == 3
    assert run_step("\n".join(job["after_script"]), repository, tmp_path, given) == 0
    posted = called.read_text(encoding="utf-8")
    assert "http://127.0.0.1:9/api/v4/projects/3/merge_requests/5/notes" in posted
    assert "Gate of echo: **inconclusive**" in posted
    assert "It has 29 of the 30 examples that the rule asks for." in posted
