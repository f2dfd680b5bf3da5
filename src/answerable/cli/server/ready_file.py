"""The ready file: `{url, admin_key, pid}` as JSON for supervisors and tests, there while the server answers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from answerable.core.errors import SetupError


def write_ready_file(path: Path, *, url: str, admin_key: str) -> None:
    """Write the file in one step, readable by its owner only. Raises SetupError."""
    fresh = path.with_name(path.name + ".new")
    content = json.dumps({"url": url, "admin_key": admin_key, "pid": os.getpid()})
    try:
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(content + "\n")
        fresh.replace(path)
    except OSError as error:
        raise SetupError(
            f"The ready file {path} cannot be written: {error.strerror}.", hint="Choose another --ready-file."
        ) from error


@contextmanager
def without_stale(path: Path | None) -> Iterator[None]:
    """Take away what another server left there, and at the end what this one wrote. Raises SetupError."""
    if path is None:
        yield
        return
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise SetupError(
            f"The ready file {path} of an earlier server cannot be removed: {error.strerror}.",
            hint="Choose another --ready-file.",
        ) from error
    try:
        yield
    finally:
        with suppress(OSError, ValueError, KeyError):
            if json.loads(path.read_text())["pid"] == os.getpid():
                path.unlink()
