"""The database of a workspace as its first start leaves it: made once, then copied.

To set a database up and to migrate it takes longer than most tests. That it works from nothing is what the tests in
`faults/test_workspaces.py` and `docs/test_snippets.py` see.
"""

from __future__ import annotations

import atexit
import functools
import subprocess
import tempfile
from pathlib import Path

from answerable.db.embedded import EmbeddedPostgres
from answerable.db.migrate import migrate

_STATE = ".answerable"


def give_database(workspace: Path) -> None:
    """Give a workspace without a database the one that its first start would make."""
    state = workspace / _STATE
    if not state.exists():
        state.mkdir(parents=True)
        # Everything as it is, since PostgreSQL looks at whose its files are and who may read them.
        subprocess.run(["cp", "-a", str(_make_database()), str(state)], check=True)


@functools.cache
def _make_database() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="answerable-first-start-", ignore_cleanup_errors=True)
    atexit.register(folder.cleanup)
    postgres = EmbeddedPostgres(Path(folder.name) / _STATE)
    migrate(postgres.start())
    postgres.stop()
    return postgres.data
