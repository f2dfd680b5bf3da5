"""One workspace and one server with the worked examples, over a fake provider."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.apps.workspaces import copy_examples
from tests.e2e.faults.providers import fake_provider
from tests.e2e.running import RunningServer, run_command, running_server

_HOPELESS = """\
kind: prompt
variants:
  main:
    model: fake:fake-1!never_valid
    prompt: |
      {{ text }}
    input: {text: string}
    output: {schema: {type: object, required: [total], properties: {total: {type: number}}}}
"""


@pytest.fixture(scope="package")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The worked examples as a workspace with its apps applied, and one whose model never fits its schema."""
    with fake_provider() as url:
        workspace = copy_examples(tmp_path_factory.mktemp("apps") / "examples", url)
        (workspace / "apps" / "hopeless.yaml").write_text(_HOPELESS, encoding="utf-8")
        run_command("apply", workspace=workspace)
        yield workspace


@pytest.fixture(scope="package")
def apps_server(examples: Path) -> Iterator[RunningServer]:
    with running_server(examples) as server:
        yield server
