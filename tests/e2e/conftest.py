"""One server for the tests that only read, over three small documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.running import RunningServer, run_command, running_server
from tests.fakes.sources import write_documents


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A running server whose collection `docs` holds the documents of `tests.fakes.sources`."""
    base: Path = tmp_path_factory.mktemp("served")
    documents = write_documents(base / "documents")
    workspace = base / "workspace"
    workspace.mkdir()
    with running_server(workspace, forked=False) as running:
        run_command("ingest", str(documents), workspace=workspace)
        yield running
