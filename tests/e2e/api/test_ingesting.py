"""A question that comes before its documents are there is told so."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.running import running_server

QUESTION = {"question": "How tall is the lighthouse of Skagen?"}


def test_an_answer_says_when_documents_are_still_coming_in(tmp_path: Path) -> None:
    with running_server(tmp_path, args=("--no-worker",)) as server, server.client() as client:
        client.post("/v1/collections", json={"name": "docs"})
        before = client.post("/ask", json=QUESTION).raise_for_status().json()
        assert (before["abstained"], before["ingesting"]) == (True, False)

        files = {"file": ("lighthouse.md", b"The lighthouse of Skagen is 46 metres tall.\n", "text/markdown")}
        added = client.post("/v1/collections/docs/documents", files=files).raise_for_status().json()
        waiting = client.post("/ask", json=QUESTION).raise_for_status().json()
        assert (waiting["abstained"], waiting["ingesting"]) == (True, True)

        client.delete(f"/v1/ingestions/{added['run_id']}").raise_for_status()
        after = client.post("/ask", json=QUESTION).raise_for_status().json()
        assert (after["abstained"], after["ingesting"]) == (True, False)
