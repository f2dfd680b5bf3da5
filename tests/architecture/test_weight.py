"""What a command brings along: whoever types `answerable search` shall not wait for what only a server needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from answerable.cli.registry import COMMANDS
from tests.e2e.running import clean_environment

_SERVER = {"fastapi", "nicegui", "uvicorn"}
_HEAVY = {"sqlalchemy", "alembic", "pandas", "scipy", "ir_measures", "pyarrow"}
_MAY_SERVE = {"serve", "fake-models"}
_OF_ALL_SERVICES = {"answerable.wiring.services", "kreuzberg", "PIL", "procrastinate", "aiosmtplib"}
_OF_MODELS = {"onnxruntime", "tokenizers", "pydantic_ai"}
_NOT_NEEDED = dict.fromkeys(("keys", "audit", "usage", "apps"), _OF_ALL_SERVICES | _OF_MODELS) | {
    "search": _OF_ALL_SERVICES
}
"""Commands that open one service, and what they must therefore do without."""


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_starts_and_does_without_what_is_heavy(name: str) -> None:
    """Each is started by the interpreter, as a user starts it: the other tests' commands are mostly forks."""
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "answerable", name, "--help"],
        capture_output=True,
        text=True,
        env=clean_environment(),
        check=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in result.stderr.splitlines()}
    assert f"answerable {name}" in result.stdout
    assert not (_HEAVY if name in _MAY_SERVE else _HEAVY | _SERVER) & imported
    assert not _NOT_NEEDED.get(name, set()) & imported
