"""Who sits at the command line, for the records that name a person."""

from __future__ import annotations

import getpass
import os


def get_person() -> str:
    """Return the name of the user, or the number where it has no name, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
