"""One workspace and one server with the worked examples, over a fake provider."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.apps.workspaces import copy_examples
from tests.e2e.faults.providers import fake_provider
from tests.e2e.running import RunningServer, run_command, running_server


@pytest.fixture(scope="package")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The worked examples as a workspace with its apps applied."""
    with fake_provider() as url:
        workspace = copy_examples(tmp_path_factory.mktemp("apps") / "examples", url)
        run_command("apply", workspace=workspace)
        yield workspace


@pytest.fixture(scope="package")
def apps_server(examples: Path) -> Iterator[RunningServer]:
    with running_server(examples) as server:
        yield server
