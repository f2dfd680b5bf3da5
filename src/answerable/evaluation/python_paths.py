"""Functions and classes of the user's own, by `path.py:name` from the top of the workspace."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from answerable.apps.files.importing import Fault, find_fault, importing, list_imported, run_module
from answerable.apps.files.workspace import FileRefused, WorkspaceFiles
from answerable.core.closeness import suggest
from answerable.core.errors import SetupError

_HOW: Final = "Write `PATH.py:NAME`, such as `evals.py:polite`."


@dataclass(frozen=True, slots=True)
class PythonObject:
    """What a path names. `digest` is the SHA-256 of its file and of the workspace's files that it imports."""

    name: str
    value: Any
    file: Path
    digest: str


def load_python(path: str, workspace: Path) -> PythonObject:
    """Run the file and return what the path names. Raises SetupError that says what is wrong, and in which line.

    The file may import others of the workspace, from its top; once it is loaded these imports are gone, so that all
    of them belong at the top of the file.
    """
    file_name, colon, name = path.rpartition(":")
    if not colon or not file_name.endswith(".py") or not name.isidentifier():
        raise _refuse(f"{path!r} names nothing in a Python file.", _HOW)
    files = WorkspaceFiles(workspace)
    try:
        file = files.find(file_name)
    except FileRefused as error:
        raise _refuse(error.message, error.suggestion or _HOW) from error
    with importing(workspace):
        try:
            module = run_module(_name_module(file_name), file)
        except (Exception, SystemExit) as error:
            fault = find_fault(error, file, workspace)
            raise _refuse(f"{fault.file}, line {fault.line}: {fault.what}", "Mend the module.") from error
        digest = _digest(list_imported(workspace))
    if not hasattr(module, name):
        raise _refuse(f"{file_name} has no {name!r}.", suggest(name, vars(module)) or _HOW)
    return PythonObject(name, getattr(module, name), file, digest)


def locate(error: BaseException, of: PythonObject, workspace: Path) -> Fault:
    """Return what an error of the user's code comes to, and where in the workspace it stands."""
    return find_fault(error, of.file, workspace)


def _name_module(file_name: str) -> str:
    """Return the name under which the workspace's files import this one: `lib/evals.py` is `lib.evals`."""
    return file_name.removesuffix(".py").replace("/", ".")


def _digest(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _refuse(detail: str, hint: str) -> SetupError:
    return SetupError(detail, hint=hint, code="python_not_usable")
