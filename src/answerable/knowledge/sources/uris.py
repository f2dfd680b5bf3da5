"""How a local source is named.

A document is known by its uri, so ingesting a folder again must find the same names. A local file is
`file://` and its absolute path: the same from any working directory, and readable, since only the few
characters that would change the meaning of a uri are written as `%XX`. Symbolic links in the path that the
caller typed stay as they are, so that `/data/current -> releases/17` keeps its names at release 18. A member
of an archive is `<archive>!/<member>`, a line of a JSONL file `<file>#<id>`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

_UNSAFE = re.compile(r"[%#?!\x00-\x1f\x7f\udc80-\udcff]")


def absolute_path(path: str) -> str:
    """Return the absolute form of a path with `~` expanded and symbolic links kept."""
    return os.path.normpath(os.path.join(_working_directory(), os.path.expanduser(path)))


def file_uri(path: str) -> str:
    """Return the uri of a local file or folder."""
    posix = Path(absolute_path(path)).as_posix()
    return "file://" + ("" if posix.startswith("/") else "/") + _quote(posix)


def member_uri(archive_uri: str, member: str) -> str:
    """Return the uri of a member of an archive."""
    return f"{archive_uri}!/{_quote(member)}"


def line_uri(uri: str, identifier: str) -> str:
    """Return the uri of one document of a JSONL file."""
    return f"{uri}#{identifier}"


def belongs_to(uri: str, root: str) -> bool:
    """Tell whether a document comes from `root`, the `file_uri` of a file, archive or folder."""
    return uri == root or uri.startswith((root.rstrip("/") + "/", root + "!/", root + "#"))


def _quote(text: str) -> str:
    return _UNSAFE.sub(lambda match: f"%{ord(match[0]) & 0xFF:02X}", text)


def _working_directory() -> str:
    """Return the working directory as the shell names it, with its symbolic links, if that is true."""
    logical = os.environ.get("PWD", "")
    try:
        return logical if os.path.isabs(logical) and os.path.samefile(logical, os.curdir) else os.getcwd()
    except OSError:
        return os.getcwd()
