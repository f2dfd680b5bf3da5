"""What a command brings along: whoever types `answerable search` shall not wait for what only a server needs."""

from __future__ import annotations

import subprocess
import sys

from answerable.cli.registry import COMMANDS

_SERVER = {"fastapi", "nicegui", "uvicorn"}
_HEAVY = {"sqlalchemy", "alembic", "pandas", "scipy", "ir_measures", "pyarrow"}
_MAY_SERVE = {"serve", "fake-models"}
_LIST = """
import sys
from importlib import import_module
for place in sys.argv[1:]:
    import_module("answerable.cli.commands." + place.partition(":")[0])
print(*sys.modules, sep="\\n")
"""


def test_commands_do_without_the_web_framework_and_what_is_heavy() -> None:
    places = [line.place for name, line in COMMANDS.items() if name not in _MAY_SERVE]
    loaded = subprocess.run(
        [sys.executable, "-c", _LIST, *places], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not (_SERVER | _HEAVY) & set(loaded)
