"""An app, and a program of the user's own, measured by the command; the runs read again over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.e2e.faults.providers import fake_provider
from tests.e2e.running import RunningServer, run_command, running_server
from tests.fakes.sources import write_documents

QUESTIONS = """\
id,question,answer,tags
q1,How tall is the lighthouse of Skagen?,46 metres,tower
q2,How many steps may visitors climb?,210 steps,tower
q3,When is the harbour office open?,from 08:00,
q4,How many volts does the generator deliver?,690 volts,
"""
APP = """\
kind: rag
labels: {production: main}
variants:
  main: {prompt: prompts/grounded.md, collection: docs, model: local:extractive}
  brief: {prompt: prompts/grounded.md, collection: docs, model: local:extractive, top_k: 2}
evaluators: [contains, grounding, latency]
"""
PROGRAM = """\
async def answer(question: str) -> str:
    return "It is 46 metres tall." if "tall" in question else "I do not know."
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    base = tmp_path_factory.mktemp("evals")
    documents = write_documents(base / "documents")
    workspace = base / "workspace"
    (workspace / "apps").mkdir(parents=True)
    (workspace / "apps" / "guide.yaml").write_text(APP)
    (workspace / "prompts").mkdir()
    prompt = files("answerable.apps.builtin").joinpath("prompts/grounded.md").read_text()
    (workspace / "prompts" / "grounded.md").write_text(prompt)
    (workspace / "program.py").write_text(PROGRAM)
    (base / "questions.csv").write_text(QUESTIONS)
    with running_server(workspace) as running:
        run_command("ingest", str(documents), workspace=workspace)
        run_command("datasets", "import", "golden", str(base / "questions.csv"), workspace=workspace)
        yield running


def test_an_app_is_measured_reported_and_read_again(server: RunningServer, tmp_path: Path) -> None:
    reports = {form: tmp_path / f"report.{form}" for form in ("junit", "markdown", "html", "output")}
    options = [part for form, path in reports.items() for part in (f"--{form}", str(path))]
    ended = run_command("eval", "guide", "-d", "golden", "--json", *options, workspace=server.workspace)
    run = json.loads(ended.stdout)
    assert (run["state"], run["total"], run["done"], run["failed"]) == ("done", 4, 4, 0)
    means = {one["metric"]: one["mean"] for one in run["metrics"]}
    assert (means["contains"], means["supported_share"]) == (1.0, 1.0)
    (suite,) = ElementTree.parse(reports["junit"]).getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("4", "0")
    assert "`contains`" in reports["markdown"].read_text()
    assert "46 metres" in reports["html"].read_text()
    assert len(reports["output"].read_text().splitlines()) == 5

    other = json.loads(
        run_command(
            "eval", "guide", "--variant", "brief", "-d", "golden@1", "--json", workspace=server.workspace
        ).stdout
    )
    with server.client() as client:
        listed = client.get("/v1/evals", params={"app": "guide"}).raise_for_status().json()["runs"]
        assert [one["id"] for one in listed] == [other["id"], run["id"]]
        got = client.get(f"/v1/evals/{run['id']}").raise_for_status().json()
        assert got["metrics"] == run["metrics"]
        wanted: dict[str, str | float] = {"tag": "tower", "metric": "contains", "above": 0.5, "limit": 1}
        page = client.get(f"/v1/evals/{run['id']}/results", params=wanted).raise_for_status().json()
        (result,) = page["results"]
        assert (result["key"], result["expected"], result["tags"]) == ("q1", "46 metres", ["tower"])
        assert "46 metres" in result["output"]["text"]
        rest = client.get(
            f"/v1/evals/{run['id']}/results", params={**wanted, "after": page["next_after"]}
        ).json()
        assert [one["key"] for one in rest["results"]] == ["q2"]
        compared = client.get("/v1/evals/compare", params={"run": [run["id"], other["id"]]}).json()
        assert [one["name"] for one in compared["runs"]] == ["main", "brief"]
        difference = next(one for one in compared["metrics"] if one["metric"] == "contains")["differences"][1]
        assert (difference["n"], difference["significant"]) == (4, False)
        trace = client.get(f"/v1/traces/{result['output']['trace_id']}").raise_for_status().json()
        assert trace["purpose"] == "eval"
        assert client.delete(f"/v1/evals/{other['id']}").status_code == 204
        gone = client.get(f"/v1/evals/{other['id']}")
        assert (gone.status_code, gone.json()["code"]) == (404, "unknown_eval_run")


def test_a_program_of_the_users_own_is_measured(server: RunningServer) -> None:
    command = ["eval", "mine", "-d", "golden", "--target", "program.py:answer", "-e", "contains"]
    ended = run_command(*command, workspace=server.workspace)
    assert "python program.py:answer on golden@1: 4 of 4 settled" in ended.stdout
    assert "0.250" in ended.stdout


def test_a_score_that_is_missing_is_explained(server: RunningServer) -> None:
    (server.workspace / "checks.py").write_text("def strict(output):\n    raise ValueError('no such unit')\n")
    command = [
        "eval",
        "mine",
        "-d",
        "golden",
        "--target",
        "program.py:answer",
        "-e",
        "python:checks.py:strict",
    ]
    ended = run_command(*command, workspace=server.workspace)
    (told,) = [line for line in ended.stdout.splitlines() if "failed, 4 times so: " in line]
    assert told.startswith("strict failed")
    assert "no such unit" in told
    run_id = ended.stdout.partition(". Run ")[2].split()[0]
    shown = run_command("evals", "show", run_id, "--metric", "strict", workspace=server.workspace)
    assert shown.stdout.count("\n  strict failed: ") == 4


def test_models_are_compared_in_one_table(server: RunningServer) -> None:
    with fake_provider() as url:
        settings = f'[providers.fake]\nbase_url = "{url}/v1"\napi_key = "none"\n'
        (server.workspace / "answerable.toml").write_text(settings)
        command = ["eval", "guide", "-d", "golden", "-e", "contains", "--compare-models", "fake:fake-1"]
        ended = run_command(*command, workspace=server.workspace)
        command[-1] = "fake:fake-1!server_error"
        failed = run_command(*command, workspace=server.workspace, check=False)
    assert failed.returncode == 1
    assert "| without an output | 0 of 4 | 4 of 4 |" in failed.stdout
    assert "without an output" not in ended.stdout
    assert "| metric | main | main-fake-fake-1 |" in ended.stdout
    assert "| contains | 1.000 |" in ended.stdout
    labels = json.loads(run_command("apps", "show", "guide", "--json", workspace=server.workspace).stdout)[
        "labels"
    ]
    assert [one["variant"].partition("@")[0] for one in labels.values()] == ["main"]


def test_what_cannot_be_measured_is_said_with_what_to_do(server: RunningServer) -> None:
    def run(*args: str) -> str:
        ended = run_command("eval", *args, workspace=server.workspace, check=False)
        assert ended.returncode == 2
        return ended.stderr

    assert "Did you mean 'golden'?" in run("guide", "-d", "goldne")
    assert "Did you mean 'contains'?" in run("guide", "-d", "golden", "-e", "contain")
