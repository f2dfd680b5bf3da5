"""PostgreSQL refuses to run as root; then it runs as a user of its own, made on first use."""

from __future__ import annotations

import os
import pwd
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

_ROOT_RUNS_AS = "pgserver"


def get_server_user_id() -> int:
    """Return the user id that the server runs with."""
    return _get_other_user().pw_uid if os.geteuid() == 0 else os.geteuid()


def as_server_user() -> dict[str, Any]:
    """Return the options of `subprocess` for a process that must not be root and must outlive this one."""
    options: dict[str, Any] = {"stdin": subprocess.DEVNULL, "cwd": "/", "start_new_session": True}
    if os.geteuid() == 0:
        user = _get_other_user()
        options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return options


def give_to_server_user(path: Path) -> None:
    if os.geteuid() != 0:
        return
    user = _get_other_user()
    os.chown(path, user.pw_uid, user.pw_gid)
    _let_pass(path.parent)


def take_over(folder: Path) -> None:
    """Let the server's user have a folder that root copied or moved here, with all that is in it.

    What belongs to somebody else is left alone: they run their server themselves.
    """
    if os.geteuid() != 0:
        return
    _let_pass(folder.parent)
    if folder.stat().st_uid == 0:
        user = _get_other_user()
        for place, _, files in os.walk(folder):
            for path in (place, *(os.path.join(place, name) for name in files)):
                os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def _let_pass(folder: Path) -> None:
    """Let the server's user walk through the folders above its data (as root only; read stays as it was)."""
    for parent in [folder, *folder.parents]:
        mode = parent.stat().st_mode
        if not mode & 0o001:
            parent.chmod(mode | 0o001)


def _get_other_user() -> pwd.struct_passwd:
    with suppress(KeyError):
        return pwd.getpwnam(_ROOT_RUNS_AS)
    subprocess.run(
        ["useradd", "--system", "--no-create-home", _ROOT_RUNS_AS], check=True, capture_output=True
    )
    return pwd.getpwnam(_ROOT_RUNS_AS)
