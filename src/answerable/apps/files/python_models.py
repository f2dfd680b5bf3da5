"""Output models written in Python: `module:Model`, where the module is a file of the workspace.

Reading one runs the user's own code, see `importing`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from answerable.apps.files.importing import find_fault, importing, run_module
from answerable.apps.files.workspace import FileRefused, WorkspaceFiles
from answerable.core.closeness import suggest

_HOW = "Write `python: MODULE:MODEL`, such as `models:Listing` for a class in models.py."


class ModelRefused(Exception):  # noqa: N818 - becomes a Problem where the model is named
    """A model that cannot be used; `file` and `line` where the fault is in the module itself."""

    def __init__(self, message: str, suggestion: str, *, file: str | None = None, line: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion
        self.file = file
        self.line = line


def load_schema(path: str, files: WorkspaceFiles) -> tuple[dict[str, Any], str]:
    """Return the JSON Schema of the model and its name. Raises ModelRefused."""
    module_name, _, name = path.partition(":")
    parts = module_name.split(".")
    if not name.isidentifier() or not all(part.isidentifier() for part in parts):
        raise ModelRefused(f"{path!r} does not name a model.", _HOW)
    file = _find_module(parts, files)
    with importing(files.root):
        try:
            module = run_module(module_name, file)
            model = getattr(module, name, None)
            if model is None:
                raise ModelRefused(f"{module_name} has no {name!r}.", suggest(name, vars(module)))
            return TypeAdapter(model).json_schema(), name
        except ModelRefused:
            raise
        except (Exception, SystemExit) as error:
            fault = find_fault(error, file, files.root)
            message = f"{path} cannot be loaded: {fault.what}."
            raise ModelRefused(message, "Mend the module.", file=fault.file, line=fault.line) from error


def _find_module(parts: list[str], files: WorkspaceFiles) -> Path:
    base = "/".join(parts)
    try:
        return files.find(f"{base}.py")
    except FileRefused as error:
        try:
            return files.find(f"{base}/__init__.py")
        except FileRefused:
            raise ModelRefused(error.message, error.suggestion or _HOW) from error
