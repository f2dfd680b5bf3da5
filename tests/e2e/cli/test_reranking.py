"""A reranker of a provider orders what is found: on the command line, over HTTP, in an app and its trace."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from answerable.fake_models.reranking import score
from tests.e2e.faults.providers import fake_provider
from tests.e2e.running import run_command, running_server

RERANKER = "fake:fake-rerank-1"
QUERY = "Which keeper paints the lantern ladder?"
TEXTS = {
    "lantern": "# Lantern\n\nThe lantern is a lantern of glass. A keeper of the lantern is the lantern's keeper.",
    "bread": "# Bread\n\nThe loaf is baked at 230 degrees for 45 minutes, the first 20 of them with steam. "
    "The starter doubles within six hours. Somebody paints; some keeper owns a ladder and a lantern.",
    "turbine": "# Turbine\n\nTwo technicians must be present when the nacelle is open. Work stops in high wind.",
}


def test_a_reranker_by_the_settings_orders_what_is_found(tmp_path: Path) -> None:
    documents, workspace = tmp_path / "documents", tmp_path / "workspace"
    documents.mkdir()
    workspace.mkdir()
    for name, text in TEXTS.items():
        (documents / f"{name}.md").write_text(text, encoding="utf-8")
    with fake_provider() as url:
        _write_settings(workspace, url)
        run_command("ingest", str(documents), workspace=workspace)

        fused = _search(workspace)
        reranked = _search(workspace, "--reranker", RERANKER)
        assert _list_titles(fused)[0] == "Lantern"
        assert _list_titles(reranked)[0] == "Bread", "it holds all words of the question"
        by_words = sorted(reranked, key=lambda hit: -score(QUERY, hit["text"]))
        assert _list_titles(by_words) == _list_titles(reranked)

        _write_apps(workspace, "fkae:fake-rerank-1")
        refused = run_command("apply", workspace=workspace, check=False)
        assert refused.returncode != 0
        assert "There is no model provider 'fkae'" in refused.stderr
        assert "Did you mean 'fake'?" in refused.stderr

        _write_apps(workspace, RERANKER)
        run_command("apply", workspace=workspace)
        examined = run_command("doctor", "--json", workspace=workspace, check=False)
        states = {one["detail"]: one["state"] for one in json.loads(examined.stdout)["checks"]}
        assert states[f"{RERANKER}: It scores passages."] == "ok"
        assert examined.returncode == 1, "the other one is over its rate limit"
        _try_sweep(workspace)
        with running_server(workspace) as server, server.client() as client:
            body = {"query": QUERY, "reranker": RERANKER}
            assert _list_titles(client.post("/v1/search", json=body).json()["results"])[0] == "Bread"
            unknown = client.post("/v1/search", json={"query": QUERY, "reranker": "fake:other"})
            assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_reranker")

            asked = client.post("/ask", json={"question": QUERY, "app": "ask"})
            trace = client.get(f"/v1/traces/{asked.json()['trace_id']}").json()
            (step,) = [span for span in trace["spans"] if span["name"] == "rerank"]
            assert step["attributes"]["gen_ai.request.model"] == RERANKER

            away = client.post("/ask", json={"question": QUERY, "app": "limited"})
            assert away.status_code == 503
            assert int(away.headers["retry-after"]) >= 1
            assert "rate limit" in away.json()["detail"]


def _search(workspace: Path, *options: str) -> list[dict[str, Any]]:
    printed = run_command("search", QUERY, "--json", *options, workspace=workspace)
    results: list[dict[str, Any]] = json.loads(printed.stdout)["results"]
    return results


def _list_titles(results: Sequence[dict[str, Any]]) -> list[str]:
    return [result["document"]["title"] for result in results]


def _write_settings(workspace: Path, url: str) -> None:
    text = f'[providers.fake]\nbase_url = "{url}/v1"\n'
    (workspace / "answerable.toml").write_text(text, encoding="utf-8")


def _write_apps(workspace: Path, reranker: str) -> None:
    rerankers = {"ask": reranker, "limited": "fake:fake-rerank-1!rate_limit"}
    (workspace / "apps").mkdir(exist_ok=True)
    for name, chosen in rerankers.items():
        app = {"kind": "rag", "variants": {"main": {"reranker": chosen}}, "labels": {"production": "main"}}
        (workspace / "apps" / f"{name}.yaml").write_text(yaml.safe_dump(app), encoding="utf-8")


def _try_sweep(workspace: Path) -> None:
    example = {"input": {"question": QUERY}, "evidence": [{"uri": "bread.md"}]}
    (workspace / "golden.jsonl").write_text(json.dumps(example), encoding="utf-8")
    run_command("datasets", "import", "golden", str(workspace / "golden.jsonl"), workspace=workspace)
    printed = run_command(
        "sweep", "ask", "-d", "golden", "--reranker", f"none,{RERANKER}", "--metric", "mrr", "--json",
        workspace=workspace,
    )  # fmt: skip
    points = json.loads(printed.stdout)["points"]
    assert [point["reranker"] for point in points] == [RERANKER, None]
    assert points[0]["settings"]["reranker"] == RERANKER
    assert points[0]["quality"]["mrr"]["mean"] == 1 > points[1]["quality"]["mrr"]["mean"]

    printed = run_command("eval", "ask", "-d", "golden", "--retrieval", "--json", workspace=workspace)
    assert json.loads(printed.stdout)
