"""LangChain and LlamaIndex on the endpoint, unchanged, in an environment of their own as their users have one.

LlamaIndex does not take the version of the SDK that we use ourselves, so the two cannot stand beside it.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.openai.conftest import Gateway
from tests.e2e.openai.test_sdk import PIXEL, SAID
from tests.e2e.running import clean_environment

pytestmark = pytest.mark.xdist_group("openai")

ROOT = Path(__file__).parents[3]
CLIENTS = Path(__file__).parent / "clients"


def get_python() -> str:
    """Return the Python of the clients' environment."""
    python = os.environ.get("ANSWERABLE_CLIENTS", str(ROOT / ".venv-clients" / "bin" / "python"))
    assert Path(python).exists(), "`make test` builds .venv-clients; ANSWERABLE_CLIENTS names another Python"
    return python


def run_client(name: str, gateway: Gateway) -> dict[str, Any]:
    """Run a script of `clients` and return what it prints."""
    image = f"data:image/png;base64,{base64.b64encode(PIXEL).decode()}"
    result = subprocess.run(
        [get_python(), str(CLIENTS / name), gateway.url, gateway.server.admin_key, image],
        capture_output=True,
        text=True,
        timeout=180,
        env=clean_environment(),
        check=False,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    return dict(json.loads(result.stdout))


def test_langchain(gateway: Gateway) -> None:
    got = run_client("langchain_client.py", gateway)
    assert got["answer"] == SAID
    assert got["streamed"] == SAID.replace("Hello", "Goodbye")
    assert (got["finish_reason"], got["model"]) == ("stop", "chat")
    assert got["usage"] > 0
    assert got["streamed_usage"] > 0
    assert got["pieces"] > 1
    assert got["structured"].keys() == {"queue", "urgent"}
    assert "I received 1 image" in got["image"]
    assert "Goodbye to all." in got["turns"]


def test_llama_index(gateway: Gateway) -> None:
    got = run_client("llama_index_client.py", gateway)
    assert got["answer"] == got["streamed"] == got["completed"] == got["asynchronous"] == SAID
    assert got["usage"] > 0
    assert got["pieces"] > 1
    assert "I received 1 image" in got["image"]
